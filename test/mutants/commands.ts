/** Mutants of what the commands and a node's log say. */
import { mutantsOf } from './mutant.ts'

export const COMMAND_MUTANTS = [
  ...mutantsOf(
    'src/node/gathered-log.ts',
    ['test/node/gathered-log.test.ts'],
    ['gathered.calls === 0', 'gathered.calls < 0'],
    ['[page, client, method, target, status, end, faults]', '[page, method, target, status, end]'],
  ),
  ...mutantsOf(
    'src/node/access.ts',
    ['test/node/access.test.ts'],
    ['page !== undefined && peers.has(page) ? page', 'page !== undefined ? page'],
  ),
  ...mutantsOf(
    'src/cli/shell-words.ts',
    ['test/cli/shell-words.test.ts'],
    [`.replaceAll("'", "'\\\\''")`, ''],
  ),
  ...mutantsOf(
    'src/cli/printed-command.ts',
    ['test/cli/printed-command.test.ts'],
    ["const isDashed = names.some((name) => name.startsWith('-'))", 'const isDashed = false'],
  ),
  ...mutantsOf(
    'src/cli/check-arguments.ts',
    ['test/cli/check-arguments.test.ts'],
    ['if (seen.has(name))', 'if (false)'],
  ),
  ...mutantsOf('src/cli/bottom-line.ts', ['test/cli/bottom-line.test.ts'], ['- 1))', '- 0))']),
  ...mutantsOf(
    'src/cli/launch.cjs',
    ['test/cli/launch.test.ts'],
    ['if (rank(version) < rank(needed))', 'if (version < needed)'],
  ),
  ...mutantsOf(
    'src/cli/who-listens.ts',
    ['test/demo/taken-ports.test.ts'],
    ['listedDelayMs(node) + PATIENCE_MS', 'PATIENCE_MS'],
  ),
  ...mutantsOf(
    'src/demo/keys.ts',
    ['test/demo/keys.test.ts'],
    ["if (this.#isPicking) this.#controls.say('A pick", "if (false) this.#controls.say('A pick"],
    ['this.#busy.get(index) ?? Promise.resolve()', 'Promise.all(this.#busy.values())'],
  ),
  ...mutantsOf(
    'src/demo/taken-ports.ts',
    ['test/demo/taken-ports.test.ts'],
    ['if (found.every(isOurs)) {', 'if (found.some(isOurs)) {'],
  ),
]
