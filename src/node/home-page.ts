/** The page of a node: its name and impairments in letters for the back row, and its videos. Pure. */
import { createHash } from 'node:crypto'
import { describeImpairments } from '../impairments.ts'
import type { NodeConfig } from '../node-list.ts'
import { encodeStorageName } from '../version/url-path.js'
import { formatBytes } from '../words/in-words.js'
import { formatIsoDate } from './http-date.ts'
import type { ReplicaFacts } from './replica.ts'

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#16202e, #eef2f7); --paper: light-dark(#ffffff, #10161f);
  --quiet: light-dark(#55637a, #9fb0c6); --line: light-dark(#d8dfe8, #2b3747);
  --accent: light-dark(#0b5cad, #7cc0ff); --on-accent: light-dark(#ffffff, #10161f) }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 70rem; padding: 4vh 5vw; background: var(--paper); color: var(--ink);
  font: 1.125rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { margin: 0; font-size: clamp(4rem, 17vw, 11rem); line-height: 1; letter-spacing: -.03em }
.latency { margin: .1em 0 1em; font-size: clamp(1.6rem, 5.5vw, 3.6rem); line-height: 1.2; font-weight: 600;
  color: var(--accent) }
h2 { margin: 0 0 .5rem; font-size: 1.25rem; color: var(--quiet); font-weight: 600 }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line) }
li { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; padding: 1rem 0;
  border-bottom: 1px solid var(--line) }
.name { flex: 1 1 16rem; font-weight: 600; font-size: 1.375rem }
.facts { color: var(--quiet); font-variant-numeric: tabular-nums }
.actions { display: flex; gap: .75rem }
a { padding: .3rem 1rem; border: 2px solid var(--accent); border-radius: .5rem; color: var(--accent);
  font-weight: 600; text-decoration: none }
a.watch, a:hover { background: var(--accent); color: var(--on-accent) }
a:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px }
code { font-family: ui-monospace, monospace }
`

/** Nothing may load and nothing may run; this one style sheet is known by its hash. */
export const HOME_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The whole page as HTML.
 * @param node with its impairments as they are now
 * @param says what else is wrong with it on purpose
 */
export function renderHomePage(
  node: NodeConfig,
  replicas: readonly ReplicaFacts[],
  says: readonly string[] = [],
): string {
  const videos =
    replicas.length === 0
      ? '<p>No videos yet. To copy the sample to every node, in the project’s folder: <code>npm run replicate media/demo.mp4</code></p>'
      : `<ul>\n${replicas.map(renderVideo).join('\n')}\n</ul>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(node.name)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(node.name)}</h1>
<p class="latency">${escapeHtml([describeImpairments(node), ...says].join('; '))}</p>
<main>
<h2>Videos on this node</h2>
${videos}
</main>
<p class="latency"><a href="/_/api">What else a node answers</a></p>
</body>
</html>
`
}

function renderVideo({ name, sizeBytes, lastModifiedMs }: ReplicaFacts): string {
  const path = encodeStorageName(name)
  const date = formatIsoDate(lastModifiedMs)
  const time =
    date === undefined
      ? 'modified at no possible time'
      : `<time datetime="${date}">${date.slice(0, 16).replace('T', ' ')} UTC</time>`
  return `<li><span class="name">${escapeHtml(name)}</span>
<span class="facts">${formatBytes(sizeBytes)} · ${time}</span>
<span class="actions"><a class="watch" href="/watch/${escapeHtml(path)}">Watch</a>
<a href="/${escapeHtml(path)}" download>Download</a></span></li>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand in HTML, between tags and in attributes. Pure. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
