/** Commands that we print for somebody to paste: they do what they say where that person stands. */
import { statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEFAULT_NODE_LIST, type ListedNode, type NodeConfig, ownNodes } from '../node-list.ts'
import { shellWord } from './shell-words.ts'
import { userFolder } from './user-path.ts'

/** What a printed command depends on beside what it is to do. */
export interface Surroundings {
  readonly platform: NodeJS.Platform
  /** where the shell stands, absolute */
  readonly userFolder: string
  /** where package.json is, absolute */
  readonly projectFolder: string
  /** the node list in use, absolute; `undefined` for the project's own */
  readonly config: string | undefined
}

/** Stands in a printed command for what only the reader knows. */
export const FILE = 'FILE'

/** Where we are. @param config path of the node list in use */
export const surroundings = (config: string = DEFAULT_NODE_LIST): Surroundings => ({
  platform: process.platform,
  userFolder: userFolder(),
  projectFolder: path.resolve(fileURLToPath(new URL('../..', import.meta.url))),
  config: path.resolve(config) === DEFAULT_NODE_LIST ? undefined : path.resolve(config),
})

/**
 * A command as an npm script, with the node list that is in use. Pure. npm hands on flags only behind `--`, and
 * finds its scripts only from inside the project. A word that no quoting can carry becomes a placeholder.
 * @param flags with their values
 */
export function printedCommand(
  script: string,
  names: readonly string[],
  flags: readonly string[],
  where: Surroundings,
): string {
  const { platform, projectFolder, config } = where
  const isInside = !isOutside(pathsOf(where).relative(projectFolder, where.userFolder), where)
  const npm = isInside ? ['npm', 'run', script] : ['npm', '--prefix', projectFolder, 'run', script]
  const allFlags = [...flags, ...(config === undefined ? [] : ['--config', pathFor(config, where)])]
  const isDashed = names.some((name) => name.startsWith('-'))
  const words = [
    ...npm,
    ...(allFlags.length > 0 || isDashed ? ['--'] : []),
    ...(isDashed ? [...allFlags, '--', ...names] : [...names, ...allFlags]),
  ]
  return words.map((word) => shellWord(word, platform) ?? FILE).join(' ')
}

/** A path for a printed command: from where the user stands if it lies below, else in full. Pure. */
export function pathFor(file: string, where: Surroundings): string {
  const relative = pathsOf(where).relative(where.userFolder, file)
  return relative === '' || isOutside(relative, where) ? file : relative
}

const pathsOf = ({ platform }: Surroundings) => (platform === 'win32' ? path.win32 : path.posix)

const isOutside = (relative: string, where: Surroundings): boolean =>
  /^\.\.(?:[/\\]|$)/.test(relative) || pathsOf(where).isAbsolute(relative)

/** How to start a node: the first of ours that is given. `undefined` when none is ours. */
export function startCommand(nodes: readonly ListedNode[], where: Surroundings): string | undefined {
  const [first] = ownNodes(nodes)
  return first && printedCommand('start-node', [first.name], [], where)
}

/** What to do about a video that no node has. */
export function adviseCopy(video: string, where: Surroundings): string {
  const file = findSource(video, where)
  const command = replicateCommand(file, video, [], where)
  return file === FILE
    ? `Copy it to every node, ${FILE} being where you have it: ${command}`
    : `Copy it to every node: ${command}`
}

/** `replicate` for a file and the name that it is to have. Pure. @param only these nodes; all when empty */
export function replicateCommand(
  file: string,
  video: string,
  only: readonly NodeConfig[],
  where: Surroundings,
): string {
  const as = file === FILE || pathsOf(where).basename(file) !== video ? ['--as', video] : []
  const to = only.length === 0 ? [] : ['--to', only.map(({ name }) => name).join(',')]
  return printedCommand('replicate', [file], [...as, ...to], where)
}

/** Where the file may be: here, or among the project's samples. Else the reader has to know. */
function findSource(video: string, where: Surroundings): string {
  const name = path.posix.basename(video)
  const here = path.join(where.userFolder, ...video.split('/'))
  const candidates = [here, path.join(where.userFolder, name), path.join(where.projectFolder, 'media', name)]
  const found = candidates.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
  return found === undefined ? FILE : pathFor(found, where)
}
