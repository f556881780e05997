// Maps with equal and with different contents, in every state: what test runners compare.
exports.makeMaps = ({ Hamt, deserialize, serialize }) => {
  const base = Hamt.from({ a: 1, b: { list: [1, { deep: true }] }, c: new Uint8Array([1, 2]), d: 2n })
  const old = Hamt.empty().merge(base).set('e', 1).delete('e')
  for (let i = 0, newer = old; i < 20; i++) newer = newer.set(`later ${i}`, i)
  const proven = Hamt.from(base.toMap())
  proven.digest()
  const [loaded, changed] = deserialize(serialize([base, base.set('b', { list: [1, { deep: false }] })]))
  const large = Hamt.from(Array.from({ length: 17_000 }, (_, i) => [`key ${i}`, i]))
  return [
    Hamt.empty(),
    base,
    old,
    proven,
    loaded,
    base.withMutations((draft) => draft.set('f', 1).delete('f')),
    changed,
    base.set('a', 2),
    base.set('a', -0),
    base.set('a', 0),
    base.delete('a').set('A', 1),
    loaded.set('c', new Uint8Array([1, 3])),
    large,
    large.set('key 7', -7).set('key 7', 7),
    large.set('key 7', -7),
    large.delete('key 7'),
  ]
}

/** Calls `check(a, b)` for every pair of maps that are equal, and `checkOther(a, b)` for every pair that is not. */
exports.eachPair = (maps, check, checkOther) => {
  for (const a of maps) for (const b of maps) (a.equals(b) ? check : checkOther)(a, b)
}
