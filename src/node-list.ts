/** The node list: `nodes.json` → typed nodes, or an error that names the file, the field and the mistake. */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { explainFileError } from './file-errors.ts'
import {
  eachImpairment,
  IMPAIRMENTS,
  type Impairments,
  impairmentsOf,
  OPTIONAL_IMPAIRMENTS,
  type Rule,
} from './impairments.ts'
import { findJsonError } from './json-position.ts'
import { FaultError, type FaultSet, isRecord, readFaults } from './lab/faults.js'
import { shortPath } from './short-path.ts'
import type { NodeAddress } from './swarm/node.js'

/** Everything that makes one node: who it is, where it listens, what it serves, how it is impaired. */
export interface NodeConfig extends Impairments {
  readonly name: string
  /** address or name to listen on */
  readonly host: string
  /** 1 to 65535; 0 lets the system choose */
  readonly port: number
  /** absolute path of the storage folder */
  readonly root: string
  /** in force from its start on */
  readonly faults?: FaultSet
}

/** Somebody else's server as a node: nginx, an object store, a CDN. We read from it and cannot start or fill it. */
export interface ForeignNode {
  readonly name: string
  /** where its URLs begin: a web origin and perhaps a path, without a slash at the end */
  readonly url: string
  /** behind the URL; any 200 there means that it is up */
  readonly healthPath: string
}

/** An entry of the node list: a node of ours, or somebody else's server. */
export type ListedNode = NodeConfig | ForeignNode

/** The project's own node list, whatever folder a command runs in. */
export const DEFAULT_NODE_LIST = fileURLToPath(new URL('../nodes.json', import.meta.url))

const isWholeNumber = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max

/** The rules of a node's fields, by name. */
export const NODE_RULES = {
  name: {
    expected: 'a name of letters, digits, ".", "_" and "-"',
    test: (value) => typeof value === 'string' && /^[\p{L}\p{M}\p{N}._-]+$/u.test(value),
  },
  host: {
    expected: 'an IP address or a host name',
    test: (value) =>
      typeof value === 'string' && (isIP(value) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value)),
  },
  port: { expected: 'a whole number from 1 to 65535', test: (value) => isWholeNumber(value, 1, 65_535) },
  ...eachImpairment((name): Rule => IMPAIRMENTS[name]),
  root: {
    expected: 'the path of a folder',
    test: (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
  },
  faults: {
    expected: 'an object with a field for each fault',
    test: (value) => value === undefined || isRecord(value), // what is in it is read by readFaults
  },
} as const satisfies Record<keyof NodeConfig, Rule>

/** What the optional fields are when they are absent. */
export const NODE_DEFAULTS = { host: '127.0.0.1', ...OPTIONAL_IMPAIRMENTS } as const

/** Scheme, host, port, path, and nothing else of a URL. */
const PLAIN_URL = /^https?:\/\/[^\s/?#@\\]+(?:\/[^\s?#\\]*)?$/i

/** The rules of the fields of somebody else's server. */
const FOREIGN_RULES = {
  name: NODE_RULES.name,
  url: {
    expected: 'an http or https URL without user, query and fragment',
    test: (value) => typeof value === 'string' && PLAIN_URL.test(value) && URL.canParse(value),
  },
  healthPath: {
    expected: 'a path that begins with "/"',
    test: (value) => typeof value === 'string' && /^\/[\x21-\x7e]*$/.test(value) && !/[#\\]/.test(value),
  },
} as const satisfies Record<keyof ForeignNode, Rule>

/** As our own nodes have it. */
const FOREIGN_DEFAULTS = { healthPath: '/health' } as const

/**
 * Reads and checks a node list.
 * @param file path of the JSON file; `root`s are relative to its folder
 * @throws Error naming the file, the field, what was expected and what stands there
 */
export function readNodeList(file: string = DEFAULT_NODE_LIST): ListedNode[] {
  const shown = shortPath(file)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Error(
      `Cannot read the node list ${shown}: ${explainFileError(cause)}. Name one with --config FILE.`,
      { cause },
    )
  }
  return parseNodeList(text, shown, path.dirname(path.resolve(file)))
}

/**
 * Checks the text of a node list. Pure.
 * @param shown the file's name, for errors
 * @param folder absolute path that `root`s are relative to
 * @throws Error as {@link readNodeList}
 */
export function parseNodeList(text: string, shown: string, folder: string): ListedNode[] {
  const fail = (where: string, expected: string, found: unknown): never => {
    throw new Error(`${shown}: ${where}: expected ${expected}, found ${describe(found)}`)
  }
  const list = parseJson(text.replace(/^\uFEFF/, ''), shown)
  if (!isRecord(list)) return fail('the file', 'an object with "nodes"', list)
  for (const key of Object.keys(list)) if (key !== 'nodes') fail(key, 'only "nodes" here', list[key])
  const entries = list['nodes']
  if (!Array.isArray(entries) || entries.length === 0)
    return fail('nodes', 'a list of at least one node', entries)

  const nodes = entries.map((entry: unknown, index) => {
    const where = `nodes[${index}]`
    if (!isRecord(entry)) return fail(where, 'an object', entry)
    const isForeignEntry = Object.hasOwn(entry, 'url')
    const rules: Readonly<Record<string, Rule>> = isForeignEntry ? FOREIGN_RULES : NODE_RULES
    const beside = isForeignEntry ? ' where there is a url' : ", or url for somebody else's server"
    for (const key of Object.keys(entry)) {
      if (!Object.hasOwn(rules, key))
        fail(`${where}.${key}`, `one of ${Object.keys(rules).join(', ')}${beside}`, entry[key])
    }
    const complete: Record<string, unknown> = {
      ...(isForeignEntry ? FOREIGN_DEFAULTS : NODE_DEFAULTS),
      ...entry,
    }
    for (const [key, rule] of Object.entries(rules)) {
      if (!rule.test(complete[key])) fail(`${where}.${key}`, rule.expected, complete[key])
    }
    const node = complete as unknown as ListedNode // every field has just passed its rule
    return isForeign(node)
      ? { ...node, url: withoutLastSlash(node.url) }
      : { ...node, root: path.resolve(folder, node.root), ...faultsOf(entry, where, fail) }
  })

  const duplicates: [field: (node: ListedNode) => string, key: (node: ListedNode) => string | undefined][] = [
    [() => 'name', (node) => node.name],
    [() => 'port', (node) => (isForeign(node) ? undefined : hostAndPort(node).toLowerCase())],
    [(node) => (isForeign(node) ? 'url' : 'port'), nodeUrl],
    [() => 'root', (node) => (isForeign(node) ? undefined : node.root)],
  ]
  for (const [fieldOf, keyOf] of duplicates) {
    const seen = new Map<string, number>()
    nodes.forEach((node, index) => {
      const key = keyOf(node)
      if (key === undefined) return
      const field = fieldOf(node)
      const earlier = seen.get(key)
      if (earlier !== undefined)
        fail(`nodes[${index}].${field}`, `another ${field} than nodes[${earlier}] has`, key)
      seen.set(key, index)
    })
  }
  return nodes
}

type Fail = (where: string, expected: string, found: unknown) => never

function faultsOf({ faults }: Record<string, unknown>, where: string, fail: Fail): { faults?: FaultSet } {
  if (faults === undefined) return {}
  try {
    return { faults: readFaults(faults) }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    const found = error.field.split('.').reduce<unknown>((at, name) => (isRecord(at) ? at[name] : at), faults)
    return fail(`${where}.faults.${error.field}`, error.expected, found)
  }
}

/** Is this entry somebody else's server? Pure. */
export const isForeign = (node: ListedNode): node is ForeignNode => 'url' in node

/** The nodes that are ours: those that we start and fill. Pure. */
export const ownNodes = (nodes: readonly ListedNode[]): NodeConfig[] =>
  nodes.filter((node): node is NodeConfig => !isForeign(node))

/** `127.0.0.1:8001` or `[::1]:8001`. Pure. */
export const hostAndPort = ({ host, port }: Pick<NodeConfig, 'host' | 'port'>): string =>
  isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`

/**
 * Where a node's URLs begin: its web origin and, for somebody else's server, perhaps a path behind it. Pure.
 * A wildcard address is reached on loopback.
 */
export function nodeUrl(node: Pick<NodeConfig, 'host' | 'port'> | Pick<ForeignNode, 'url'>): string {
  if ('url' in node) return node.url
  const { host, port } = node
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return new URL(`http://${hostAndPort({ host: reachable, port })}`).origin
}

/** Where a node is asked whether it is up. Pure. */
export const healthUrl = (node: ListedNode): string =>
  nodeUrl(node) + (isForeign(node) ? node.healthPath : FOREIGN_DEFAULTS.healthPath)

/** A node as those know it who read from all of them: where it is, whose, and what it adds on purpose. Pure. */
export function nodeAddress(node: ListedNode): NodeAddress & { readonly healthUrl: string } {
  const address = { name: node.name, url: nodeUrl(node), healthUrl: healthUrl(node) }
  if (isForeign(node)) return { ...address, isForeign: true }
  return { ...address, isForeign: false, ...impairmentsOf(node) }
}

function withoutLastSlash(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname.replace(/\/+$/, '')
}

function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const { line, column } = findJsonError(text)
    throw new Error(`${shown}:${line}:${column}: this is not JSON from line ${line}, column ${column} on`, {
      cause,
    })
  }
}

function describe(found: unknown): string {
  if (found === undefined) return 'nothing'
  const text = typeof found === 'number' ? String(found) : JSON.stringify(found) // JSON has no 1e999
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
