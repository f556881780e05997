// What typedoc's search lacks: it takes a question as a person types it, and finds sections of documents, of
// which it shows an excerpt.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync, inflateSync } from 'node:zlib'
import { Failure } from './step.mjs'

/** Words of questions that say nothing of their subject. */
const fillers =
  'a an and are as at be by can do does for from get has have how i if in is it its me my of on one or should so ' +
  'that the them there this to use was we what when where which who why with without you your'

/** How much a match counts in the title of a section's document; in its heading 10, in its text 1. */
const titleWeight = 4

/** How many characters of a section are kept, from which excerpts are taken. */
const longestText = 800

/** The sections of a document: the one before the first heading has its title. */
function sectionsOf(document) {
  const source = document.content.map((part) => part.text).join('')
  const withoutCode = source.replace(/^```[^]*?^```$/gm, (code) => code.replace(/^#/gm, ' #'))
  return withoutCode.split(/^#+ /m).map((part, i) => {
    const end = i === 0 ? 0 : part.indexOf('\n')
    return { heading: i === 0 ? document.name : plain(part.slice(0, end)), source: part.slice(end), index: i }
  })
}

/** The prose of Markdown, and what is in the cells of its tables. */
function plain(markdown) {
  return markdown
    .replace(/^```[^]*?^```$/gm, '')
    .replace(/^\|[-:| ]+\|$/gm, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s*(?<!\\)\|[\s|]*/g, ' · ')
    .replace(/[`*\\]/g, '')
    .replace(/\s+/g, ' ')
    .replace(/^[ ·]+|[ ·]+$/g, '')
}

/** The words of a heading that say something of its subject. */
function named(heading) {
  const isFiller = (word) => fillers.split(' ').includes(word.toLowerCase())
  const words = heading.split(' ').filter((word) => !isFiller(word))
  return words.join(' ') || heading
}

/**
 * The two steps of an index of sections: a listener of typedoc's IndexEvent, and what is done when the site
 * is in the folder `out`.
 */
export function searchOfSections() {
  let sections
  return {
    prepare(event) {
      const rows = event.searchResults.flatMap((reflection) =>
        reflection.isDocument()
          ? sectionsOf(reflection).map((section) => ({ reflection, section }))
          : [{ reflection }],
      )
      sections = rows.map(({ section }) => section)
      event.searchResults.splice(0, Infinity, ...rows.map(({ reflection }) => reflection))
      event.searchFieldWeights.title = titleWeight
      event.searchFields.splice(
        0,
        Infinity,
        ...rows.map(({ reflection, section }) =>
          section ? { name: named(section.heading), title: reflection.name, document: section.source } : {},
        ),
      )
    },
    finish(out) {
      nameSections(out, sections)
      searchByWords(join(out, 'assets', 'main.js'))
    },
  }
}

/** Gives the rows of sections their names, their addresses and the text for excerpts. */
function nameSections(out, sections) {
  const file = join(out, 'assets', 'search.js')
  const [, packed] = /"(.*)"/.exec(readFileSync(file, 'utf8'))
  const data = JSON.parse(inflateSync(Buffer.from(packed, 'base64')))
  if (data.rows.length !== sections.length) throw new Failure('The search has other rows than sections')
  sections.forEach((section, i) => {
    if (section === undefined) return
    const row = data.rows[i]
    row.text = plain(section.source).slice(0, longestText)
    if (section.index === 0) return
    const page = readFileSync(join(out, decodeURI(row.url)), 'utf8')
    const anchor = [...page.matchAll(/<h\d id="([^"]*)" class="tsd-anchor-link"/g)][section.index - 1]?.[1]
    if (anchor === undefined)
      throw new Failure(`The search finds no heading "${section.heading}" in ${row.url}`)
    row.name = `${row.name} › ${section.heading}`
    row.url += `#${anchor}`
  })
  writeFileSync(file, `window.searchData = "${deflateSync(JSON.stringify(data)).toString('base64')}";`)
}

/** What the script of a page has for the search. Runs in the page. */
function siteSearch(fillers) {
  const wordsOf = (typed) => {
    const words = typed
      .toLowerCase()
      .split(/[\s:^~+?!,;"'’()<>{}[\]=*-]+/)
      .filter((word) => word !== '')
    const named = words.filter((word) => !fillers.includes(word))
    return (named.length > 0 ? named : words).map((word) =>
      /[^s]s$/.test(word) && word.length > 4 ? word.slice(0, -1) : word,
    )
  }
  return {
    /**
     * The query of lunr for what was typed. A word is found at the beginning of longer ones, and counts less
     * within them; a plural finds its singular.
     */
    query: (typed) =>
      wordsOf(typed)
        .map((word) => `${word}^4 ${word}*^2 *${word}*`)
        .join(' '),
    /** The part of a text that has the first of the words that are in it, as HTML. */
    excerpt(text, typed) {
      if (!text) return ''
      const lower = text.toLowerCase()
      const at = wordsOf(typed)
        .map((word) => lower.indexOf(word))
        .find((offset) => offset >= 0)
      const start = at > 60 ? text.lastIndexOf(' ', at - 40) + 1 : 0
      const part = text.slice(start, start + 140)
      const end = start + part.length < text.length ? part.lastIndexOf(' ') : part.length
      const shown = `${start > 0 ? '… ' : ''}${part.slice(0, end)}${end < part.length ? ' …' : ''}`
      return `<small>${shown.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'))}</small>`
    },
  }
}

/** Replaces typedoc's own query in its script, `file`, and adds excerpts below names. */
function searchByWords(file) {
  let script = readFileSync(file, 'utf8')
  const replace = (own, by) => {
    if ([...script.matchAll(own)].length !== 1)
      throw new Failure('The search of typedoc is another one: see wasm-build/docs-search.mjs')
    script = script.replace(own, by)
  }
  replace(
    /(\w+)\.split\(" "\)\.map\((\w+)=>\2\.length\?`\*\$\{\2\}\*`:""\)\.join\(" "\)/g,
    (_, typed) => `siteSearch.query(${typed})`,
  )
  // `name = marked(row.name, typed)`, and later `name`.
  replace(
    /(\w+)=(\w+\((\w+)\.name,(\w+)\))(?=;[^]{0,999}<span class="text">\$\{\1\}<\/span>)/g,
    (_, name, marked, row, typed) => `${name}=${marked}+siteSearch.excerpt(${row}.text,${typed})`,
  )
  const words = JSON.stringify(fillers.split(' '))
  writeFileSync(file, `const siteSearch=(${siteSearch})(${words});\n${script}`)
}
