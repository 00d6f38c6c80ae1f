// @ts-check
/**
 * Types of what a service worker and its page say to each other, and of as much of the worker's own world as
 * ours uses: the type checker knows the page's world or the worker's, not both.
 */

/**
 * From page to worker. `keep`: have a copy of this page and all its parts, and then say so with `tells`; `claim`: speak for
 * this page (after a reload that went past the worker); `ping`: do not fall asleep, a video is playing.
 * @typedef {{ type: 'keep', tells?: boolean } | { type: 'claim' } | { type: 'ping' }} PageMessage
 */

/**
 * From worker to page: you were opened from a copy, and your node has another version, of the scripts or of the
 * node list; or it may have one, for the worker is another.
 * @typedef {{ type: 'renewed' }} WorkerNews
 */

/**
 * From worker to page, with a port for this one reply: the video asks for bytes.
 * @typedef {{ type: 'stream', id: string, range: string | null }} StreamRequest
 */

/**
 * From page to worker through that port. First a head, then for each `pull` a piece or the end.
 * @typedef {{ type: 'head', start: number, end: number, size: number, mediaType: string }
 *   | { type: 'unsatisfiable', size: number }} StreamHead
 * @typedef {{ type: 'piece', bytes: ArrayBuffer } | { type: 'end' }
 *   | { type: 'failed', message: string }} StreamPiece
 */

/**
 * From worker to page through that port.
 * @typedef {{ type: 'pull' } | { type: 'cancel' }} StreamDemand
 */

/** @typedef {{ waitUntil(promise: Promise<unknown>): void }} ExtendableEventLike */
/**
 * @typedef {{ readonly id: string, readonly url: string, navigate(url: string): Promise<unknown>,
 *   postMessage(message: unknown, transfer?: Transferable[]): void }} ClientLike
 */
/**
 * @typedef {ExtendableEventLike & { readonly request: Request, readonly clientId: string,
 *   readonly resultingClientId?: string, respondWith(response: Promise<Response>): void }} FetchEventLike
 */
/** @typedef {ExtendableEventLike & { readonly data: PageMessage, readonly source: ClientLike | null }} MessageEventLike */
/** @typedef {ExtendableEventLike & { addRoutes?(rules: readonly unknown[]): Promise<void> }} InstallEventLike */
/**
 * @typedef {object} Clients
 * @property {(id: string) => Promise<ClientLike | undefined>} get
 * @property {() => Promise<void>} claim
 */
/**
 * @typedef {object} WorkerScope
 * @property {Clients} clients
 * @property {CacheStorage} caches
 * @property {Location} location
 * @property {() => Promise<void>} skipWaiting
 * @property {(<K extends keyof WorkerEventMap>(type: K, listener: (event: WorkerEventMap[K]) => void) => void)}
 *   addEventListener
 */
/**
 * @typedef {{ install: InstallEventLike, activate: ExtendableEventLike, fetch: FetchEventLike,
 *   message: MessageEventLike }} WorkerEventMap
 */

export {}
