// The verifier page: files of every kind, how much of them there may be, and files that cannot be used.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { encodeAbiParameters } from 'viem'
import { Hamt, serialize } from 'hamt-wasm'
import { NodeRegistry } from 'hamt-wasm/sortition'
import { verifyProof } from 'hamt-wasm/verify'
import {
  committeeOf,
  decodedRun,
  finalizedTopic,
  inBrowsers,
  right,
  run,
  submissionTopic,
  tampered,
  type VerifierPage,
} from './page-fixture.js'
import { root } from './harness.js'

const recorded = join(root, 'tests/vectors/chain-run.json')

inBrowsers('files', (test) => {
  test('the recorded run, and the same with one log tampered with', async (v) => {
    await v.open()
    await v.choose(recorded)
    await v.settled(right)

    // Another operator takes the seat of a member, in the raw data.
    const other = run.operators[6].toLowerCase().slice(2)
    const swap = (log: any) => {
      if (log.topics[0] !== finalizedTopic || !log.data.includes(committeeOf(0)[0]!.slice(2)))
        return undefined
      return { ...log, data: log.data.replace(committeeOf(0)[0]!.slice(2), other) }
    }
    await v.choose(v.file('member.json', tampered(swap)))
    await v.settled('Wrong: the committee has a wrong member.')
    expect(await v.search('#request-pick', ' ')).toEqual([
      expect.stringContaining('wrong'),
      expect.stringContaining('right'),
    ])

    // A score that is better than the ticket's.
    const better = (log: any) =>
      log.topics[0] === submissionTopic && log.data.endsWith(run.requests[0].submissions[0].score.slice(2))
        ? { ...log, data: encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [2n, 1n]) }
        : undefined
    await v.choose(v.file('score.json', tampered(better)))
    await v.settled('Wrong: a submitted score is not that of its ticket.')
  })

  test('files that cannot be used say why, and leave what is open', async (v) => {
    await v.openExample()
    await v.choose(v.file('broken.json', Buffer.from('[{"topics": ')))
    await v.sees('.trouble', /broken\.json .* JSON/)
    expect(await v.text('#sentence')).toBe(right)
    await v.choose(v.file('noise.hamt', Buffer.from('a registry, perhaps')))
    await v.sees('.trouble', 'noise.hamt cannot be read as a snapshot')
    await v.choose(v.file('untimed.json', run.logs))
    await v.sees('.trouble', 'the time of block')
    await v.choose(v.file('some.hamt', serialize([Hamt.from({ a: 1 })])), recorded)
    await v.sees('.trouble', 'some.hamt is a snapshot, but no registry of operators')
    expect(await v.text('#sentence')).toBe(right)
  })

  test('a registry file with the logs of one request; and alone, without a draw to check', async (v) => {
    const events = decodedRun()
    const until = events.findIndex((event) => event.eventName === 'CommitteeRequested')
    const bytes = v.file('registry.hamt', NodeRegistry.empty().applyAll(events.slice(0, until)).serialize())
    await v.open()
    await v.choose(bytes)
    await v.settled()
    expect(await v.text('.result')).toContain('There are no requests in these files')
    expect(await v.page.$('#verdict')).toBeNull()
    expect(await v.page.evaluate(() => document.activeElement?.id)).toBe('opened')

    await v.choose(bytes, v.file('rest.json', events.slice(until)))
    // Decoded events carry no block hashes.
    await v.sees('#sentence', 'Not decided: the hash of block')
    await v.fill('#blockHash', run.requests[0].entropyBlockHash)
    await v.click('Check with this')
    await v.settled(right)
    await v.sees('#committee', committeeOf(0)[0]!)
    expect(await v.committee()).toEqual(committeeOf(0))

    await v.fill('#seed', '12')
    await v.click('Check with this')
    await v.sees('#sentence', `Cannot be judged: the seed was given as 0x${'c'.padStart(64, '0')}, and 0x`)
  })

  test('versions and sizes are those of the command line, word for word', async (v) => {
    const registry = v.file('registry.hamt', NodeRegistry.empty().applyAll(decodedRun()).serialize())
    for (const path of [registry, history(v).path]) {
      const inspected = execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), 'inspect', path])
      const [, size, versions] = /: ([\d.]+ KB), (\d+ versions), /.exec(String(inspected))!
      const [, alone] = /^Sharing: (.*)$/m.exec(String(inspected))!
      await v.open()
      await v.choose(path)
      await v.settled()
      expect(await v.text('#opened')).toContain(versions)
      expect(await v.text('#versions .body')).toContain(`${versions} in one file: ${size}; ${alone}.`)
      if (path !== registry) continue
      await v.click('Save registry file')
      await v.sees('.opened button', `Saved: ${size}`)
    }
  })

  test('a link waits for its files: other files say that its request is missing', async (v) => {
    await v.open(`#e3=${run.requests[1].e3Id}`)
    await v.sees('.notice', 'This link leads to request 1')
    const first = decodedRun().filter(({ args }) => (args as any).e3Id !== BigInt(run.requests[1].e3Id))
    await v.choose(v.file('first.json', first))
    await v.sees('.notice', /The link leads to request 1 \(0x[0-9a-f]+\), which is not among/)
    await v.choose(recorded)
    await v.settled(right)
    expect(await v.page.$eval('#request-pick', (field) => (field as HTMLInputElement).value)).toMatch(
      /^Request 1 /,
    )
  })

  test('a malformed request cannot be judged, and the others are', async (v) => {
    const broken = (log: any) =>
      log.topics[0].startsWith('0x4365b714') && log.topics[1] === run.requests[0].e3Id
        ? { ...log, data: log.data.slice(0, 2 + 64 * 3) + '0'.repeat(64) + log.data.slice(2 + 64 * 4) } // at second 0
        : undefined
    await v.open(`#e3=${run.requests[1].e3Id}`)
    await v.choose(v.file('second0.json', tampered(broken)))
    await v.settled(right)
    expect(await v.search('#request-pick', ' ')).toEqual([
      expect.stringContaining('cannot be judged'),
      expect.stringContaining('right'),
    ])
    await v.page.keyboard.press('Escape')
    await v.pick('#request-pick', run.requests[0].e3Id)
    await v.sees(
      '#sentence',
      /^Cannot be judged: E3Requested at .* says that the request is of second \d+, and .* of 0\./,
    )
  })

  test('an empty registry, and a snapshot of no version, say that they are empty', async (v) => {
    await v.open()
    await v.choose(v.file('empty.hamt', NodeRegistry.empty().serialize()))
    await v.sees('.result', 'This registry is empty: no operator has ever been added to it.')
    expect(await v.page.$$('.result section')).toHaveLength(0)
    await v.shot('empty')
    await v.choose(v.file('none.hamt', serialize([])))
    await v.sees('.result', 'This snapshot is empty: it holds no version.')
    expect(await v.page.$$('.result section')).toHaveLength(0)
  })

  test('any snapshot: versions, entries with a search, differences, and proofs made and checked', async (v) => {
    const { versions, path } = history(v)
    await v.open()
    await v.choose(path)
    await v.settled()
    expect(await v.text('#opened')).toMatch(
      /^any\.hamt: a snapshot of 31 versions, .*500 entries in the last\. .*\{ title: "Some" \}$/,
    )
    const size = /versions, ([\d.]+ KB)/.exec(await v.text('#opened'))![1]!
    expect(await v.text('#versions .body')).toContain(`31 versions in one file: ${size}; each version alone`)
    await v.sees('#version', 'user:1')

    await v.fill('#version .search input', 'user:7')
    await v.sees('#version .paged .steps', '1–11 of 11, found among 500')
    await v.sees('#version tbody', '"changed"')
    // What a key does to the text around it is taken from it.
    await v.fill('#version .search input', 'odd')
    await v.sees('#version tbody code', 'odd\\u{202e}key')

    await v.fill('#difference-from', '0')
    await v.page.keyboard.press('Tab')
    await v.sees('#version details:nth-of-type(2) .steps', /^PreviousNext1–50 of 90$/)

    await v.fill('#proof-key', 'user:7')
    await v.click('Make a proof')
    await v.sees('#version form', 'The value is { age: 7, name: "changed" }.')
    const [digest, proof] = await v.texts('#version form dd')
    const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'))
    expect(bytes(digest!)).toEqual(versions.at(-1)!.digest())
    expect(verifyProof(bytes(digest!), 'user:7', bytes(proof!))).toMatchObject({ value: { name: 'changed' } })
    await v.click('Fill in below')
    await v.click('Check a proof')
    await v.sees('.proved', 'The proof holds: the value is { age: 7, name: "changed" }.')
    await v.fill('#check-key', 'user:8')
    await v.click('Check a proof')
    await v.sees('#version form .problem', /./)
    expect(await v.page.$('.proved')).toBeNull()
    await v.shot('snapshot')
  })

  test('a thousand operators: progress is shown, an operator is found, versions share nearly all nodes', async (v) => {
    await v.open()
    // A fast machine is done before the notice would be due: here it is due at once, and what is shown is
    // written down.
    await v.page.evaluate(() => {
      const later = window.setTimeout
      window.setTimeout = ((what: () => void) => later(what, 0)) as typeof setTimeout
      const notice = document.querySelector('.working')!
      new MutationObserver(() => {
        const text = notice.classList.contains('shown') && notice.textContent.trim()
        if (text) document.documentElement.dataset.notice = text
      }).observe(notice, { attributes: true, childList: true, subtree: true })
    })
    await v.click('a generated registry')
    await v.settled(right)
    expect(await v.page.evaluate(() => document.documentElement.dataset.notice)).toMatch(/…$/)
    expect(await v.page.$('.working.shown')).toBeNull()
    expect(await v.text('#scores .body')).toMatch(/^25\u202f698 tickets of 1\u202f000 operators/)
    const [all, shared] = /Of the ([\d\u202f]+) trie nodes of the later versions, ([\d\u202f]+) are shared/
      .exec(await v.text('#versions .body'))!
      .slice(1)
      .map((each) => Number(each.replace(/\D/g, '')))
    expect(shared! / all!).toBeGreaterThan(0.9)
    expect(shared).toBeLessThan(all!)

    await v.page.click('#operator-pick')
    await v.sees('.popup', '50 of 1\u202f000: type to search.')
    await v.page.keyboard.press('Escape')
    const found = await v.search('#operator-pick', 'abc')
    expect(found.length).toBeGreaterThan(0)
    expect(found.length).toBeLessThan(50)
    for (const each of found) expect(each).toMatch(/abc/)
    await v.page.keyboard.press('Enter')
    await v.sees('#operator .body', /selected/i)
    expect(v.page.url()).toContain(/0x[0-9a-f]{40}/.exec(found[0]!)![0])
    await v.shot('thousand')
  })

  test('news of progress does not put off the notice that is due', async (v) => {
    await v.open()
    // A notice that is due stays due: it is put off once, when all is done, and not for each piece of news.
    await v.page.evaluate(() => {
      const [later, never] = [window.setTimeout, window.clearTimeout]
      const due = new Set<number>()
      const counts = document.documentElement.dataset
      Object.assign(counts, { due: '0', putOff: '0', most: '0' })
      window.setTimeout = ((what: () => void, ms: number) => {
        if (ms !== 150) return later(what, ms)
        due.add(-++(counts as any).due)
        counts['most'] = String(Math.max(Number(counts['most']), due.size))
        return -Number(counts['due'])
      }) as typeof setTimeout
      window.clearTimeout = ((id: number) => {
        if (due.delete(id)) ++(counts as any).putOff
        else never(id)
      }) as typeof clearTimeout
    })
    await v.click('a generated registry')
    await v.settled(right)
    const { due, putOff, most } = await v.page.evaluate(() => ({ ...document.documentElement.dataset }))
    expect(most).toBe('1')
    expect(putOff).toBe(due)
    // Some hundred pieces of news came meanwhile.
    expect(Number(due)).toBeLessThan(20)
  })
})

/** 31 versions of 500 entries. */
function history(v: VerifierPage): { versions: Hamt<unknown>[]; path: string } {
  let map: Hamt<unknown> = Hamt.from<unknown>(
    Array.from({ length: 500 }, (_, i): [string, unknown] => [`user:${i}`, { name: `Name ${i}`, age: i }]),
  )
  const versions = [map]
  for (let i = 1; i <= 30; ++i) {
    map = map
      .set(`user:${7 * i}`, { name: 'changed', age: 7 * i })
      .set(i === 1 ? 'odd\u202ekey' : `new:${i}`, new Uint8Array([i]))
      .delete(`user:${400 + i}`)
    versions.push(map)
  }
  return { versions, path: v.file('any.hamt', serialize(versions, { meta: { title: 'Some' } })) }
}
