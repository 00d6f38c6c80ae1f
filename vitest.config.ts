import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real processes and real browsers take their time on a busy machine; nothing here measures it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
