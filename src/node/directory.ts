/**
 * Where the nodes of the list are, as seen by whoever asks. A node on a wildcard address has no name of its
 * own: it is reached under the host name that the request came to, and so are its neighbours on the same
 * machine.
 */
import { type Impairments, impairmentsOf } from '../impairments.ts'
import { healthUrl, isForeign, type ListedNode, type NodeConfig, nodeUrl } from '../node-list.ts'
import { decideHost, hostNameOf } from './access.ts'

/**
 * A node as a page may know it: everything but where it keeps its files. Nobody knows the impairments of somebody
 * else's server.
 */
export interface SeenNode extends Partial<Impairments> {
  readonly name: string
  /** where its URLs begin, without a slash at the end */
  readonly url: string
  readonly healthUrl: string
  /** somebody else's server */
  readonly isForeign: boolean
}

/** The node list as one host name shows it. */
export interface View {
  /** in the order of the list */
  readonly nodes: readonly SeenNode[]
  /** all but the node that is asked */
  readonly others: readonly SeenNode[]
  /** web origins of the pages that may read our answers */
  readonly peers: ReadonlySet<string>
}

/** The names by which a machine reaches itself; a browser takes each for another web origin. */
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]']
const LOOPBACK = /^(?:localhost|127\.[0-9.]+|::1)$/i
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

/**
 * What the node list looks like from one host name. Pure.
 * @param ownName of the node that is asked
 * @param hostName of the request, accepted, IPv6 in brackets; `undefined` when unknown
 */
export function viewFrom(nodes: readonly ListedNode[], ownName: string, hostName?: string): View {
  const peers = new Set<string>()
  for (const node of nodes) {
    if (isForeign(node)) continue // its pages are not ours
    peers.add(nodeUrl(node))
    if (LOOPBACK.test(node.host) || WILDCARDS.has(node.host))
      for (const name of LOOPBACK_NAMES) peers.add(originOf(name, node.port))
    peers.add(urlSeenFrom(node, hostName))
  }
  const seen = nodes.map((node) => seenNode(node, hostName))
  return { nodes: seen, others: seen.filter(({ name }) => name !== ownName), peers }
}

function seenNode(node: ListedNode, hostName: string | undefined): SeenNode {
  const url = urlSeenFrom(node, hostName)
  const common = { name: node.name, url, healthUrl: url + healthUrl(node).slice(nodeUrl(node).length) }
  if (isForeign(node)) return { ...common, isForeign: true }
  return { ...common, isForeign: false, ...impairmentsOf(node) }
}

function urlSeenFrom(node: ListedNode, hostName: string | undefined): string {
  if (isForeign(node) || hostName === undefined || !WILDCARDS.has(node.host)) return nodeUrl(node)
  const isReached = node.host === '::' || !hostName.startsWith('[') // 0.0.0.0 is all of IPv4 alone
  return isReached ? originOf(hostName, node.port) : nodeUrl(node)
}

/** As browsers write it: small letters, and without the port that HTTP has anyway. */
const originOf = (hostName: string, port: number): string => new URL(`http://${hostName}:${port}`).origin

/** How many host names are remembered: a machine has few, and a stranger may send many. */
const MAX_VIEWS = 100

/** The node list of one running node, seen from any host name. */
export class Directory {
  readonly #nodes: readonly ListedNode[]
  readonly #own: Pick<NodeConfig, 'name' | 'host'>
  readonly #plain: View
  /** by Host field; only where the list has wildcard addresses, since nothing else depends on it */
  readonly #views: Map<string, View> | undefined

  /** @param own the node that is asked; it need not be on the list */
  constructor(nodes: readonly ListedNode[], own: Pick<NodeConfig, 'name' | 'host'>) {
    this.#nodes = nodes
    this.#own = own
    this.#plain = viewFrom(nodes, own.name)
    const hasWildcard = nodes.some((node) => !isForeign(node) && WILDCARDS.has(node.host))
    this.#views = hasWildcard ? new Map() : undefined
  }

  /** The list as seen from a request; the same object for the same Host field, for a while. */
  seenFrom(host: string | undefined): View {
    if (this.#views === undefined || host === undefined) return this.#plain
    const known = this.#views.get(host)
    if (known !== undefined) return known
    if (decideHost(host, this.#own.host) !== 'accepted') return this.#plain
    const view = viewFrom(this.#nodes, this.#own.name, hostNameOf(host))
    if (this.#views.size >= MAX_VIEWS) this.#views.clear()
    this.#views.set(host, view)
    return view
  }
}
