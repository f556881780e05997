// The charts of versions; loaded when versions are looked at.
export { drawTrie } from './trie.js'
export { drawVersionBytes, drawVersionNodes } from './versions.js'
