/** What the keys of the demo do to the lab of a node. */
import { LabClient, LabError, type LabState } from '../lab/client.js'
import { type FaultSet, sayChanges } from '../lab/faults.js'
import { PRESETS } from '../lab/presets.js'
import { type NodeConfig, nodeUrl } from '../node-list.ts'
import { listWords } from '../words/in-words.js'

/** What a key does to a node, by the button of the page that does the same. */
export const BREAKING = { hang: 'hang', slow: 'narrow' } as const
export type Breaking = keyof typeof BREAKING

/**
 * Sets a fault on a node beside those that are in force, or takes it away when it is.
 * @returns what is in force then, in a sentence; or why it could not be set
 */
export const toggle = (node: NodeConfig, breaking: Breaking): Promise<string> =>
  tell(node, async (lab) => {
    const { seed, impairments: now, changed, faults } = await lab.read()
    const preset = PRESETS.find(({ name }) => name === BREAKING[breaking])
    const set = preset?.faults ?? {}
    const others = preset?.impairments?.(now) ?? {}
    const isSet =
      faults.some(({ name }) => name in set) || Object.keys(others).some((name) => name in changed)
    const before = Object.fromEntries(faults.map(({ name, parameters }) => [name, parameters])) as FaultSet
    return lab.set({
      seed,
      faults: isSet ? without(before, set) : { ...before, ...set },
      impairments: isSet ? without(changed, others) : { ...changed, ...others },
    })
  })

/** Ends all faults of a node. @returns as {@link toggle} */
export const heal = (node: NodeConfig): Promise<string> => tell(node, (lab) => lab.heal())

/** @throws whatever is no fault of the node */
async function tell(node: NodeConfig, act: (lab: LabClient) => Promise<LabState>): Promise<string> {
  try {
    const { changed, faults } = await act(new LabClient(nodeUrl(node)))
    const says = [...sayChanges(changed), ...faults.map((fault) => fault.says)]
    return `The lab: ${node.name} ${says.length === 0 ? 'is healed' : listWords(says)}`
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return `${node.name} ${error.message}`
  }
}

const without = <T extends object>(all: T, some: object): Partial<T> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !(name in some))) as Partial<T>
