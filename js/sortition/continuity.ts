// What events say of those before them: where they say otherwise, logs between are missing, or these are not the chain's.
import { changeOf, describe, Kind, type RegistryEvent } from './events.js'
import { LogError } from './log-entry.js'
import { type NodeRegistry } from './registry.js'
import { type Address, address } from './values.js'

/** Compares events, in the order of the chain, with the registry that they continue and with each other. */
export class Continuity {
  readonly #balances = new Map<Address, bigint>()
  readonly #owners = new Map<Address, Address | undefined>()
  readonly #registered = new Map<Address, boolean>()
  readonly #start: ReturnType<ReturnType<NodeRegistry['walk']>>
  /** Operators as the registrations count them. */
  #count: bigint
  #version: bigint
  #token: Address | undefined
  /** Whether balances are of another token than the changes before. */
  #isExchanged: boolean
  /** Whether there were admissions before this block, so that each registration starts one. */
  #hasAdmissions: boolean
  #block: bigint | undefined
  /** Operators whose admission must start in this block, by what happened to them. */
  readonly #awaited = new Map<Address, RegistryEvent>()
  readonly #started = new Set<Address>()
  #hasPolicy = false
  #miscounted: RegistryEvent | undefined
  #unmoved: RegistryEvent | undefined

  constructor(readonly registry: NodeRegistry) {
    const end = { blockNumber: Number.MAX_SAFE_INTEGER, logIndex: 0 }
    this.#start = registry.walk()(end)
    this.#count = 0n
    this.#hasAdmissions = this.#start.rowOf(Kind.policy) >= 0
    for (let n = 0; n < this.#start.size; ++n) {
      if (this.#start.isRegistered(n)) ++this.#count
      if (this.#start.admittedSince(n) >= 0) this.#hasAdmissions = true
    }
    this.#version = this.#start.version
    this.#token = this.#start.ticketToken
    this.#isExchanged = this.#start.hasExchangedTokens
  }

  /** LogError for an event that cannot follow those before it. */
  add(event: RegistryEvent): void {
    if (event.blockNumber !== this.#block) this.endBlock()
    this.#block = event.blockNumber
    if (!changeOf(event)) return
    const args = event.args as Record<string, unknown>
    switch (event.eventName) {
      case 'EligibilityConfigurationVersionUpdated':
        return this.#addVersion(event, args.version as bigint)
      case 'TicketBalanceUpdated':
        return this.#addBalance(event, address(args.operator, 'operator'), args as never)
      case 'CiphernodeAdded':
      case 'CiphernodeRemoved':
        return this.#addRegistration(event, address(args.node, 'node'), args.numNodes)
      case 'BondOwnerSet':
        return this.#addOwner(event, address(args.operator, 'operator'), address(args.bondOwner, 'bondOwner'))
      case 'BondingAssetConfigUpdated':
        return this.#addToken(address(args.ticketToken, 'ticketToken'))
      case 'AdmissionPolicyUpdated':
        this.#hasPolicy = true
        return
      case 'AdmissionStarted':
        this.#started.add(address(args.operator, 'operator'))
    }
  }

  /** The versions of the eligibility rules are counted by one. */
  #addVersion(event: RegistryEvent, version: bigint): void {
    const expected = this.#version + 1n
    if (version !== expected)
      refuse(event, `its version is ${version}, and the one after those before it is ${expected}`)
    this.#version = version
  }

  /** A balance is the one before it and the change. A change of 0 beside another balance states none. */
  #addBalance(
    event: RegistryEvent,
    operator: Address,
    { delta, newBalance }: { delta?: bigint; newBalance: bigint },
  ): void {
    const before =
      this.#balances.get(operator) ?? this.#atStart(operator, (n) => BigInt(this.#start.balance(n))) ?? 0n
    this.#balances.set(operator, newBalance)
    if (this.#isExchanged || typeof delta !== 'bigint' || before + delta === newBalance) return
    if (delta === 0n) this.#unmoved ??= event
    else
      refuse(
        event,
        `it changes the balance of ${operator} by ${delta} to ${newBalance}, and those before it leave ${before}`,
      )
  }

  #addToken(token: Address): void {
    if (this.#token !== undefined && this.#token !== token) this.#isExchanged = true
    this.#token = token
  }

  /** Operators are counted by one. A count that stays as it was states none. */
  #addRegistration(event: RegistryEvent, node: Address, numNodes: unknown): void {
    const adds = event.eventName === 'CiphernodeAdded'
    const was = this.#isRegistered(node)
    if (was === adds) refuse(event, adds ? `${node} was registered already` : `${node} was not registered`)
    this.#registered.set(node, adds)
    if (adds) this.#awaited.set(node, event)
    const before = this.#count
    const expected = before + (adds ? 1n : -1n)
    this.#count = typeof numNodes === 'bigint' ? numNodes : expected
    if (this.#count === expected) return
    if (this.#count === before) this.#miscounted ??= event
    else refuse(event, `it counts ${this.#count} operators, and with those before it there are ${expected}`)
  }

  #addOwner(event: RegistryEvent, operator: Address, owner: Address): void {
    const before = this.#owners.has(operator)
      ? this.#owners.get(operator)
      : this.#atStart(operator, (n) => {
          const number = this.#start.owner(n)
          return number < 0 ? undefined : this.#start.log.addresses.text(number)
        })
    this.#owners.set(operator, owner)
    if (before !== undefined && before !== owner && this.#isRegistered(operator))
      this.#awaited.set(operator, event)
  }

  #isRegistered(node: Address): boolean {
    return this.#registered.get(node) ?? this.#atStart(node, (n) => this.#start.isRegistered(n)) ?? false
  }

  #atStart<T>(node: Address, read: (n: number) => T): T | undefined {
    const n = this.registry.numberOf(node)
    return n === undefined || n >= this.#start.size ? undefined : read(n)
  }

  /** Each registration and each change of owner starts an admission, once there are admissions. */
  endBlock(): void {
    if (this.#hasAdmissions) {
      for (const [node, event] of this.#awaited)
        if (!this.#started.has(node) && !this.#startedBefore(node, event))
          refuse(event, `the AdmissionStarted of ${node} that goes with it is missing`)
    }
    if (this.#started.size > 0 || this.#hasPolicy) this.#hasAdmissions = true
    this.#awaited.clear()
    this.#started.clear()
  }

  /** In the part of the block that the registry has. */
  #startedBefore(node: Address, { timestamp }: RegistryEvent): boolean {
    return this.#atStart(node, (n) => this.#start.admittedSince(n)) === Number(timestamp)
  }

  /** What does not fit and shows nothing wrong. */
  notes(): string[] {
    const notes: string[] = []
    if (this.#unmoved)
      notes.push(
        `balances change by more than their logs state, first at ${describe(this.#unmoved)}: whether logs of balances are missing ` +
          'does not show',
      )
    if (this.#miscounted)
      notes.push(
        `registrations leave the count of operators as it was, first at ${describe(this.#miscounted)}: whether logs of ` +
          'registrations are missing does not show',
      )
    return notes
  }
}

function refuse(event: RegistryEvent, why: string): never {
  const name = `${event.eventName} at block ${event.blockNumber}, log ${event.logIndex}`
  throw new LogError(
    `${name} does not follow from the logs before it: ${why}; logs between are missing, or altered`,
  )
}
