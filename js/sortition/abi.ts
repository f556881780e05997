// The events that matter, in the form that viem and others take for `getLogs`, `parseEventLogs` and the like.
//
// Decode each log with the events of its own contract: elsewhere a topic may come with another layout.

/** Events of the ciphernode registry: who is registered, and the draws. */
export const ciphernodeRegistryAbi = [
  {
    type: 'event',
    name: 'CiphernodeAdded',
    inputs: [
      { name: 'node', type: 'address', indexed: true },
      { name: 'index', type: 'uint256', indexed: false },
      { name: 'numNodes', type: 'uint256', indexed: false },
      { name: 'size', type: 'uint256', indexed: false },
    ],
  },
  {
    type: 'event',
    name: 'CiphernodeRemoved',
    inputs: [
      { name: 'node', type: 'address', indexed: true },
      { name: 'index', type: 'uint256', indexed: false },
      { name: 'numNodes', type: 'uint256', indexed: false },
      { name: 'size', type: 'uint256', indexed: false },
    ],
  },
  {
    type: 'event',
    name: 'CommitteeRequested',
    inputs: [
      { name: 'e3Id', type: 'uint256', indexed: true },
      { name: 'entropyBlock', type: 'uint256', indexed: false },
      { name: 'threshold', type: 'uint32[2]', indexed: false },
      { name: 'requestBlock', type: 'uint256', indexed: false },
      { name: 'committeeDeadline', type: 'uint256', indexed: false },
      { name: 'ticketPrice', type: 'uint256', indexed: false },
    ],
  },
  {
    type: 'event',
    name: 'TicketSubmitted',
    inputs: [
      { name: 'e3Id', type: 'uint256', indexed: true },
      { name: 'node', type: 'address', indexed: true },
      { name: 'ticketId', type: 'uint256', indexed: false },
      { name: 'score', type: 'uint256', indexed: false },
    ],
  },
  {
    type: 'event',
    name: 'SortitionCommitteeFinalized',
    inputs: [
      { name: 'e3Id', type: 'uint256', indexed: true },
      { name: 'committee', type: 'address[]', indexed: false },
      { name: 'scores', type: 'uint256[]', indexed: false },
    ],
  },
  {
    type: 'event',
    name: 'CommitteeFormationFailed',
    inputs: [
      { name: 'e3Id', type: 'uint256', indexed: true },
      { name: 'nodesSubmitted', type: 'uint256', indexed: false },
      { name: 'thresholdRequired', type: 'uint256', indexed: false },
    ],
  },
] as const

/** Events of the bonding registry: tickets, activity, owners. */
export const bondingRegistryAbi = [
  {
    type: 'event',
    name: 'TicketBalanceUpdated',
    inputs: [
      { name: 'operator', type: 'address', indexed: true },
      { name: 'delta', type: 'int256', indexed: false },
      { name: 'newBalance', type: 'uint256', indexed: false },
      { name: 'reason', type: 'bytes32', indexed: true },
    ],
  },
  {
    type: 'event',
    name: 'OperatorActivationChanged',
    inputs: [
      { name: 'operator', type: 'address', indexed: true },
      { name: 'active', type: 'bool', indexed: false },
    ],
  },
  {
    type: 'event',
    name: 'EligibilityConfigurationVersionUpdated',
    inputs: [{ name: 'version', type: 'uint256', indexed: true }],
  },
  {
    type: 'event',
    name: 'BondOwnerSet',
    inputs: [
      { name: 'operator', type: 'address', indexed: true },
      { name: 'bondOwner', type: 'address', indexed: true },
    ],
  },
] as const

/** All of them: what `NodeRegistry.apply` and `verifyRequest` take. */
export const sortitionAbi = [...ciphernodeRegistryAbi, ...bondingRegistryAbi] as const
