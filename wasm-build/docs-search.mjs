// What typedoc's search lacks: it takes a question as a person types it, and headings of documents count as
// much as names.
import { readFileSync, writeFileSync } from 'node:fs'
import { Failure } from './step.mjs'

/** Words of questions that say nothing of their subject. */
const fillers =
  'a an and are as at be by can do does for from get has have how i if in is it its me my of on one or should so ' +
  'that the them there this to use was we what when where which who why with without you your'

/** How much a match counts in the headings of a document; in its text it counts 1, and in a name 10. */
const headingWeight = 10

/** Adds the headings of documents to the index: a listener of typedoc's IndexEvent. */
export function indexHeadings(event) {
  event.searchFieldWeights.headings = headingWeight
  event.searchResults.forEach((reflection, i) => {
    const text = reflection.isDocument() ? reflection.content.map((part) => part.text).join('') : ''
    const headings = text.replace(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)
    event.searchFields[i].headings = Array.from(headings, ([, heading]) => heading).join(' ')
  })
}

/**
 * The query of lunr for what was typed. Runs in the page. A word is found at the beginning of longer ones,
 * and counts less within them; a plural finds its singular.
 */
function queryOf(typed, fillers) {
  const words = typed.toLowerCase().split(/[\s:^~+?!,;"'’()*-]+/)
  const named = words.filter((word) => word !== '' && !fillers.includes(word))
  const sought = named.length > 0 ? named : words.filter((word) => word !== '')
  return sought
    .map((word) => (/[^s]s$/.test(word) && word.length > 4 ? word.slice(0, -1) : word))
    .map((word) => `${word}^4 ${word}*^2 *${word}*`)
    .join(' ')
}

/** Replaces typedoc's own query by that one in its script, `file`. */
export function searchByWords(file) {
  const script = readFileSync(file, 'utf8')
  const own = /\w+\.split\(" "\)\.map\((\w+)=>\1\.length\?`\*\$\{\1\}\*`:""\)\.join\(" "\)/g
  const found = [...script.matchAll(own)]
  if (found.length !== 1)
    throw new Failure('The search of typedoc is another one: see wasm-build/docs-search.mjs')
  const [text] = found[0]
  const words = JSON.stringify(fillers.split(' '))
  writeFileSync(
    file,
    script.replace(text, () => `(${queryOf})(${text.split('.', 1)[0]},${words})`),
  )
}
