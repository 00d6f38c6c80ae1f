/** Listening, with a sentence for each reason why it cannot be. */
import type { Server } from 'node:http'
import type { NodeConfig } from '../node-list.ts'

/** So many who connect at once are let in at once; others try again a second later, by themselves. */
const BACKLOG = 4096

/** Waits until the server listens. @throws Error that names the node */
export function listen(server: Server, { name, host, port }: NodeConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void =>
      reject(new Error(explainListen(cause, name, host, port), { cause }))
    server.once('error', onError)
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', onError)
      resolve()
    })
  })
}

function explainListen({ code }: NodeJS.ErrnoException, name: string, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Cannot start ${name}: port ${port} is taken. End what uses it, or choose another port.`
    case 'EACCES':
      return `Cannot start ${name}: this user may not listen on port ${port}. Choose one above 1023.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `Cannot start ${name}: no address could be found for the name ${host}. Choose another host.`
    case 'EADDRNOTAVAIL':
      return `Cannot start ${name}: this machine does not have the address ${host}. Choose another host.`
    default:
      return `Cannot start ${name} on ${host} port ${port}: ${code}`
  }
}
