/** Whoever sets a fault that ends connections gets an answer on its own first. */
const ANSWERED_MS = 20

/**
 * Acts a moment later.
 * @returns what keeps it from that, or undoes it when it has been done
 */
export function soon(act: () => void, undo: () => void = () => {}): () => void {
  let isDone = false
  const timer = setTimeout(() => {
    isDone = true
    act()
  }, ANSWERED_MS)
  return () => {
    clearTimeout(timer)
    if (isDone) undo()
  }
}
