// The charts; loaded when the first one is wanted.
export { drawHistory } from './history.js'
export type { Chart } from './plot.js'
export { drawScores } from './scores.js'
export { drawTrie } from './trie.js'
export { drawVersionBytes, drawVersionNodes } from './versions.js'
