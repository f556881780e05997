// What typedoc's pages lack for readers who use a keyboard or a screen reader.

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
