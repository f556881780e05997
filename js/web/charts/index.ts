// The charts of a draw; loaded when the first one is wanted.
export { drawHistory } from './history.js'
export type { Chart } from './plot.js'
export { drawScores } from './scores.js'
