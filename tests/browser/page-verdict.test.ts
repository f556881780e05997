// The verifier page: verdicts, what they rest on, and what becomes of them when logs are altered.
import { inBrowsers, committeeOf, right, run } from './page-fixture.js'

inBrowsers('verdict', (test) => {
  test('the example: the verdict of both draws, and their committees', async (v) => {
    await v.openExample()
    await v.sees('#committee', committeeOf(0)[0]!)
    expect(await v.committee()).toEqual(committeeOf(0))
    const owner = (node: string) =>
      Object.entries(run.bondOwners as Record<string, string>).find(
        ([each]) => each.toLowerCase() === node,
      )![1]
    expect(
      await v.page.$$eval('#committee tbody .address', (all) =>
        all.map((each) => each.getAttribute('title')),
      ),
    ).toEqual(expect.arrayContaining(committeeOf(0).map((node) => owner(node).toLowerCase())))
    expect(await v.text('#verdict .body')).toContain(
      'Of 11 operators, 9 were eligible, and 6 submitted a ticket.',
    )

    await v.pick('#request-pick', run.requests[1].e3Id)
    await v.sees('#ideal', 'is not in the committee')
    await v.settled(right)
    await v.sees('#committee', committeeOf(1)[0]!)
    expect(await v.committee()).toEqual(committeeOf(1))
    expect(await v.text('#ideal .body')).toContain(
      '1 operator that would have been drawn is not in the committee',
    )
    expect(await v.texts('#ideal tr.differs td:last-child')).toContain('did not submit')
  })

  test('what is assumed stands beside the verdict, in one line', async (v) => {
    await v.openExample()
    expect(await v.text('#verdict .assumed')).toMatch(/^Assumed: the logs are complete/)
    expect(await v.page.$$('#verdict .assumed')).toHaveLength(1)
  })

  test('the focus goes to the verdict after opening', async (v) => {
    await v.openExample()
    expect(await v.page.evaluate(() => document.activeElement?.id)).toBe('sentence')
  })

  test('a log that is altered turns the verdict, the picker’s too, and undoing turns them back', async (v) => {
    await v.openExample()
    const submission = await v.openLog('0xdf3e…7097, ticket 5')
    await v.fill(`${submission} [name=ticketId]`, '14') // it held 13
    await v.click('Alter and check', submission)
    await v.settled(/^Wrong: /)
    await v.sees('.violations', 'ticket-range')
    expect(await v.texts('.violations code')).toEqual(
      expect.arrayContaining(['ticket-range', 'score', 'wrong-member']),
    )
    expect(await v.text('.altered')).toContain('You have altered 1 log')
    await v.shot('altered')
    // The verdict is far above: it is said again where the log was altered.
    expect(await v.text('#logs .outcome strong')).toMatch(/^Wrong: /)
    expect(await v.page.$eval('#request-pick', (field) => (field as HTMLInputElement).value)).toMatch(
      /wrong$/,
    )
    await v.page.evaluate(() => scrollTo(0, 0))
    expect(await v.search('#request-pick', ' ')).toEqual([
      expect.stringMatching(/wrong, altered$/),
      expect.stringMatching(/right$/),
    ])
    await v.page.keyboard.press('Escape')

    await v.click('Undo', '.altered')
    await v.settled(right)
    expect(await v.page.$('.altered')).toBeNull()
    expect(await v.page.$eval('#request-pick', (field) => (field as HTMLInputElement).value)).toMatch(
      /right$/,
    )
  })

  test('a committee in another order, and without a log', async (v) => {
    await v.openExample()
    const committee = await v.openLog('0x1cbd…c9ec, 0xdd2f…44c0')
    const members = committeeOf(0)
    await v.fill(`${committee} [name=committee]`, [members[1], members[0], members[2]].join(' '))
    await v.click('Alter and check', committee)
    await v.settled('Wrong: the committee is in the wrong order.')
    await v.sees('#committee h3', 'What the log says instead')
    await v.click('Undo', committee)
    await v.settled(right)
    // The activation of the committee shows that its log is missing.
    await v.click('Leave this log out', committee)
    await v.settled(
      /^Cannot be judged: CommitteeActivationChanged at .* the end of the draw, or that is missing\.$/,
    )
    // What cannot be judged is undone all the same.
    await v.click('Undo', '.altered')
    await v.settled(right)
    await v.click('Leave this log out', committee)
    await v.sees('#logs .outcome', 'Cannot be judged')
    await v.click('Undo all', '#logs .outcome')
    await v.settled(right)
  })

  test('what is no value is refused beside the field, and the verdict stays', async (v) => {
    await v.openExample()
    const submission = await v.openLog('0xdf3e…7097, ticket 5')
    await v.fill(`${submission} [name=score]`, 'low')
    await v.click('Alter and check', submission)
    await v.sees(`${submission} .problem`, 'TicketSubmitted.score must be a whole number')
    expect(await v.text('#sentence')).toBe(right)
  })

  test('scores look the same everywhere: three digits, all of them in the title', async (v) => {
    await v.openExample()
    const submission = await v.openLog('0xdf3e…7097, ticket 5')
    await v.fill(`${submission} [name=score]`, run.requests[0].submissions[0].score)
    await v.click('Alter and check', submission)
    await v.settled(/^Wrong/)
    await v.sees('.violations .score', /^0\.\d+$/)
    await v.unfold()
    const scores = await v.page.$$eval('.score', (all) =>
      all.map((each) => ({ text: each.textContent, title: (each as HTMLElement).title })),
    )
    expect(scores.length).toBeGreaterThan(20)
    for (const { text, title } of scores) {
      expect(text.replace(/^0\.0*/, '')).toMatch(/^\d{3}$/)
      if (title) expect(title).toMatch(/^0x[0-9a-f]{64}$/)
    }
    expect(await v.text('#verdict .violations')).toMatch(/with score 0\.\d+, but its score is 0\.000250/)
  })

  test('what is given and the logs say otherwise: no verdict, and the way back', async (v) => {
    await v.open(`#from=example&e3=${run.requests[1].e3Id}`)
    await v.settled(right)
    await v.unfold('#verdict')
    await v.fill('#blockHash', `0x${'1'.repeat(64)}`)
    await v.click('Check with this')
    await v.sees(
      '#sentence',
      /^Cannot be judged: the hash of block \d+ was given as 0x1{64}, and the logs say 0x/,
    )
    expect(await v.page.evaluate(() => document.activeElement?.id)).toBe('sentence')
    await v.fill('#blockHash', '')
    await v.page.$eval('#blockHash', (field) => ((field as HTMLInputElement).value = ''))
    await v.click('Check with this')
    await v.settled(right)
  })

  test('a link to a request that does not exist says so, and shows no verdict of another', async (v) => {
    await v.open('#from=example&e3=0x5')
    await v.sees('.notice', 'The link leads to request 5 (0x5), which is not among the logs that are open.')
    expect(await v.page.$eval('#verdict', (section) => (section as HTMLElement).hidden)).toBe(true)
    expect(await v.page.$eval('#committee', (section) => (section as HTMLElement).hidden)).toBe(true)
    await v.pick('#request-pick', run.requests[1].e3Id)
    await v.settled(right)
  })

  test('a link to an operator or a version that does not exist says so', async (v) => {
    const stranger = `0x${'12'.repeat(20)}`
    await v.open(`#from=example&operator=${stranger}&version=4000`)
    await v.settled(right)
    await v.sees('#operator', `Nothing is known of the operator ${stranger}`)
    await v.sees('#version .notice', /^The link leads to version 4000, and the last one here is \d+\.$/)
  })

  test('operator and version can be chosen, and the address says which', async (v) => {
    await v.openExample()
    const operator = run.operators[9].toLowerCase()
    await v.pick('#operator-pick', operator.slice(2, 12))
    await v.sees('#operator .body', 'Not selected: it was not active')
    expect(v.page.url()).toContain(`operator=${operator}`)

    // The eighth bar of the versions' picture.
    const plot = (await v.page.$('#versions .plot'))!
    const box = (await plot.boundingBox())!
    const last = Number(await v.page.$eval('#version-number', (field) => (field as HTMLInputElement).max))
    const [left, width] = [66, box.width - 66 - 12]
    await plot.click({ offset: { x: left + (width * 7.7) / (last + 1.4), y: box.height / 2 } })
    await v.page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('#version-number')!.value === '7',
    )
    await v.sees('#version', /Its trie: \d+ nodes? with \d+ operators?/)
    expect(v.page.url()).toContain('version=7')

    // The same address elsewhere.
    const other = await v.context.newPage()
    await other.goto(v.page.url())
    await other.waitForSelector('#operator canvas')
    await other.$eval('#versions', (versions) => versions.scrollIntoView())
    await other.waitForFunction(
      () => document.querySelector<HTMLInputElement>('#version-number')?.value === '7',
      { timeout: 20_000 },
    )
    await other.waitForFunction(
      (operator: string) => document.querySelector<HTMLInputElement>('#operator-pick')?.value === operator,
      { timeout: 20_000 },
      operator,
    )
    await other.close()
  })
})
