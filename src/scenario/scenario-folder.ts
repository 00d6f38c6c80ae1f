/** The scenarios of the project: a file each in `scenarios/`. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { plan } from './plan.ts'
import { readScenario, type Scenario } from './scenario.ts'

const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url))
const SUFFIX = '.json'

/** @throws the system's error when the folder cannot be listed */
export const scenarioNames = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort()

/** Where a scenario of the project lies. @param name one of {@link scenarioNames} */
export const scenarioFile = (name: string): string => path.join(FOLDER, name + SUFFIX)

/**
 * A scenario for the page, which plays it on the nodes that it has: its steps are drawn and timed already.
 * @param name of its file
 */
function describeScenario(name: string, scenario: Scenario): object {
  const { steps: _, ...told } = scenario
  return { name, ...told, actions: plan(scenario) }
}

/**
 * All of them as the page gets them; of one that cannot be played, why not.
 * @throws as {@link scenarioNames}
 */
export const describeScenarios = (): object[] =>
  scenarioNames().map((name) => {
    try {
      return describeScenario(name, readScenario(scenarioFile(name)))
    } catch (error) {
      return { name, problem: error instanceof Error ? error.message : String(error) }
    }
  })
