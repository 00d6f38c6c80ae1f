// @ts-check
// biome-ignore-all lint/style/useNodejsImportProtocol: an old Node.js does not know it
// biome-ignore-all lint/style/useTemplate: nor every Node.js this
'use strict'
/**
 * Starts a command of ours, `node src/cli/launch.cjs src/demo.ts …`, as the npm scripts do. In JavaScript of long
 * ago, so that an old Node.js can read it: that, and one without the packages, gets one line that says what to do.
 */
var fs = require('fs')
var path = require('path')
var url = require('url')

/** Not `import('tsx')`: it has no types, and needs none. */
var LOADER = 'tsx'
var PROJECT = path.join(__dirname, '..', '..')

/**
 * Why this Node.js cannot run our commands. Pure.
 * @param {string} version `18.20.8`
 * @param {string} range as in package.json, `>=20.19`
 * @param {boolean} readsTypeScript by itself, or with tsx
 * @returns {string} one line; empty when it can
 */
exports.problem = (version, range, readsTypeScript) => {
  var needed = range.replace('>=', '')
  if (rank(version) < rank(needed))
    return 'needs Node.js ' + needed + ' or newer, this is ' + version + '. Get it from https://nodejs.org'
  if (!readsTypeScript)
    return 'the package tsx is missing, which reads TypeScript for a Node.js before 22.18. First run: npm ci'
  return ''
}

/** @param {string} version as a number that grows with it */
function rank(version) {
  var parts = version.split('.').map(Number)
  return (parts[0] || 0) * 1000 + (parts[1] || 0)
}

/**
 * Prints what is wrong with this Node.js.
 * @param {boolean} readsTypeScript
 * @returns {boolean} whether our commands can run
 */
exports.checkNode = (readsTypeScript) => {
  var range = JSON.parse(fs.readFileSync(path.join(PROJECT, 'package.json'), 'utf8')).engines.node
  var why = exports.problem(process.versions.node, range, readsTypeScript)
  if (why !== '') process.stderr.write('error: ' + why + '\n')
  return why === ''
}

/** @param {string} script path from the project's folder */
function launch(script) {
  var isNative = Boolean(/** @type {{ typescript?: unknown }} */ (process.features).typescript)
  var needsLoader = !isNative && !/\btsx\b/.test(process.execArgv.join(' '))
  if (!exports.checkNode(!needsLoader || isInstalled(LOADER))) {
    process.exitCode = 1
    return
  }
  var file = path.join(PROJECT, script)
  process.argv.splice(1, 2, file) // as if the command had been started by itself
  var loaded = needsLoader ? import(LOADER) : Promise.resolve()
  loaded.then(() => import(url.pathToFileURL(file).href))
}

/** @param {string} name */
function isInstalled(name) {
  try {
    return require.resolve(name) !== ''
  } catch (_) {
    return false
  }
}

if (require.main === module) launch(process.argv[2] || '')
