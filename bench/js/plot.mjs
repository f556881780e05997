// Plots of ratios, as SVG.

/**
 * An SVG of bars: how each library compares, in each row (`name`, `ns` by library, `best`); the best
 * persistent peer is 1.
 */
export function draw(rowsOf, title) {
  const [bar, gap, left, width] = [11, 14, 250, 520]
  const colours = {
    'hamt-wasm': '#2563eb',
    immutable: '#f59e0b',
    hamt_plus: '#10b981',
    hamt: '#84cc16',
    effect: '#a855f7',
    Map: '#94a3b8',
  }
  const columns = Object.keys(colours).filter((name) => rowsOf.some((row) => name in row.ns))
  const most = 3
  const parts = []
  let y = 46
  for (const row of rowsOf) {
    const names = columns.filter((name) => name in row.ns)
    parts.push(
      `<text x="${left - 10}" y="${y + (names.length * bar) / 2 + 4}" text-anchor="end">${row.name}</text>`,
    )
    for (const name of names) {
      const ratio = row.ns[name] / row.ns[row.best]
      const length = Math.max(1, (Math.min(ratio, most) / most) * width)
      parts.push(
        `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${bar - 2}" fill="${colours[name]}"/>`,
      )
      parts.push(
        `<text x="${left + length + 4}" y="${y + bar - 3}" class="n">${ratio < 0.1 ? ratio.toFixed(4) : ratio.toFixed(2)}</text>`,
      )
      y += bar
    }
    y += gap
  }
  const one = left + width / most
  const legend = columns.map(
    (name, i) =>
      `<rect x="${left + i * 95}" y="12" width="10" height="10" fill="${colours[name]}"/><text x="${left + 14 + i * 95}" y="21">${name}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="860" height="${y}" viewBox="0 0 860 ${y}" font-family="system-ui, sans-serif" font-size="12">
<title>${title}</title>
<style>text{fill:#334155}.n{font-size:10px}</style><rect width="860" height="${y}" fill="#fff"/>
${legend.join('\n')}
<line x1="${one}" x2="${one}" y1="34" y2="${y}" stroke="#64748b" stroke-dasharray="3 3"/><text x="${one}" y="36" text-anchor="middle" class="n">best persistent peer = 1</text>
${parts.join('\n')}
</svg>
`
}
