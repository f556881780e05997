// What typedoc's pages lack: for readers who use a keyboard or a screen reader, and for those who open the
// site from disk.

/**
 * A page whose links name files, and whose icons are those that it holds itself: from disk, a folder has no
 * page, and Chromium loads no part of another file.
 */
export function openableFromDisk(html) {
  return html
    .replace(/ href="((?:\.\.\/)+)(#[^"]*)?"/g, ' href="$1index.html$2"')
    .replace(/(<use href=")[^"#]*assets\/icons\.svg#/g, '$1#')
}

/** A page whose navigation shows what is under these headings, until the reader folds them. */
export function unfolded(html, headings) {
  const keys = JSON.stringify(headings.map((heading) => `tsd-accordion-${heading}`))
  const script = `for (const key of ${keys}) try { localStorage[key] ??= 'true' } catch {}`
  return html.replace('</head>', `<script>${script}</script></head>`)
}

/** A page with landmarks, without links inside of buttons, and with headings that skip no level. */
export function accessible(html) {
  let level = 0
  return html
    .replace('<div class="col-content">', '<div class="col-content" role="main">')
    .replace('<div class="col-sidebar">', '<div class="col-sidebar" role="complementary">')
    .replace(/<summary[^]*?<\/summary>/g, (summary) =>
      summary.replace(/<a [^>]*tsd-anchor-icon[^]*?<\/a>/g, ''),
    )
    .replace(/<h([1-6])([^]*?)<\/h\1>/g, (_, depth, rest) => {
      level = Math.min(Number(depth), level + 1)
      return `<h${level}${rest}</h${level}>`
    })
}

/** How many characters of code a line has on any phone. */
const shortest = 28

/** A page in which code in prose that fits into a line is marked: it need not wrap. */
export function withShortCode(html) {
  return html.replace(/(?<!<pre>)<code>([^<]*)<\/code>/g, (all, code) =>
    code.replace(/&\w+;|&#\d+;/g, '.').length <= shortest ? `<code class="short">${code}</code>` : all,
  )
}
