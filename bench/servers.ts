/** The servers that are compared, each as a process of its own on a free port with the same file. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A running server. `port` is on 127.0.0.1. */
export interface BenchServer {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** Runs a script of ours with the loader that we run with, and reads its first line. */
export async function startScript(
  script: string,
  args: readonly string[],
  channel: 'ipc' | 'ignore' = 'ignore',
): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(process.execPath, [...process.execArgv, here(script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit', channel],
  })
  if (child.stdout === null) throw new Error(`${script} has no output to read`)
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, line }
}

function serverOf(child: ChildProcess, port: number): BenchServer {
  const stop = async (): Promise<void> => {
    child.kill()
    await once(child, 'exit')
  }
  return { port, pid: child.pid ?? 0, stop }
}

/** A node of ours without impairments, or with the flags given. */
export async function startOurs(root: string, flags: readonly string[] = []): Promise<BenchServer> {
  const { child, line } = await startScript('../src/start-node.ts', [
    '--name',
    'bench',
    '--port',
    '0',
    '--root',
    root,
    '--quiet',
    ...flags,
  ])
  return serverOf(child, Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1]))
}

/** A bare `node:http` server. */
export async function startFloor(): Promise<BenchServer> {
  const { child, line } = await startScript('floor.ts', [])
  return serverOf(child, Number(line))
}

/** nginx with one worker and sendfile; `undefined` where it is not installed. */
export async function startNginx(root: string, folder: string): Promise<BenchServer | undefined> {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  mkdirSync(path.join(folder, 'logs'), { recursive: true })
  const [port = 0] = await freePorts(1)
  const config = path.join(folder, 'nginx.conf')
  writeFileSync(
    config,
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/logs/error.log;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000;
  types { video/mp4 mp4; }
  client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3;
  uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
  server { listen 127.0.0.1:${port}; root ${root}; }
}
`,
  )
  const child = spawn(
    'nginx',
    ['-p', folder, '-c', config, ...(process.getuid?.() === 0 ? ['-g', 'user root;'] : [])],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  await untilListening(port)
  return serverOf(child, port)
}

/** Ports that nobody listens on: all bound at once so that they differ, then let go. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  const ports: number[] = []
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  for (const server of servers) server.close()
  return ports
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answered = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    )
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('nginx did not start')
}
