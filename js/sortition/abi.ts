// Events of the four contracts, in the form that viem takes for `getLogs`, `parseEventLogs` and the like.
//
// Decode each log with the events of its own contract: one topic may occur with two layouts in two contracts.

/** Events of the ciphernode registry: operators, requests, submissions, results. */
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
    name: 'CommitteeRandomnessRequested',
    inputs: [
      { name: 'e3Id', type: 'uint256', indexed: true },
      { name: 'requestId', type: 'uint256', indexed: true },
      { name: 'provider', type: 'address', indexed: true },
      { name: 'randomnessDeadline', type: 'uint256', indexed: false },
    ],
  },
  {
    type: 'event',
    name: 'CommitteeBondOwnerCapEnabled',
    inputs: [{ name: 'e3Id', type: 'uint256', indexed: true }],
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
  {
    type: 'event',
    name: 'CommitteeActivationChanged',
    inputs: [
      { name: 'e3Id', type: 'uint256', indexed: true },
      { name: 'active', type: 'bool', indexed: false },
    ],
  },
  {
    type: 'event',
    name: 'CommitteeMemberExpelled',
    inputs: [
      { name: 'e3Id', type: 'uint256', indexed: true },
      { name: 'node', type: 'address', indexed: true },
      { name: 'reason', type: 'bytes32', indexed: false },
      { name: 'activeCountAfter', type: 'uint256', indexed: false },
    ],
  },
  {
    type: 'event',
    name: 'SortitionSubmissionWindowSet',
    inputs: [{ name: 'sortitionSubmissionWindow', type: 'uint256', indexed: false }],
  },
  {
    type: 'event',
    name: 'RandomnessRequestTimeoutSet',
    inputs: [{ name: 'randomnessRequestTimeout', type: 'uint256', indexed: false }],
  },
  {
    type: 'event',
    name: 'RandomnessProviderSet',
    inputs: [{ name: 'randomnessProvider', type: 'address', indexed: true }],
  },
  {
    type: 'event',
    name: 'RandomnessCircuitBreakerTripped',
    inputs: [
      { name: 'e3Id', type: 'uint256', indexed: true },
      { name: 'requestId', type: 'uint256', indexed: true },
      { name: 'randomnessProvider', type: 'address', indexed: true },
    ],
  },
] as const

/** Events of the bonding registry: balances, activity, owners, admission, the price of a ticket. */
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
  {
    type: 'event',
    name: 'AdmissionStarted',
    inputs: [
      { name: 'operator', type: 'address', indexed: true },
      { name: 'timepoint', type: 'uint48', indexed: false },
    ],
  },
  {
    type: 'event',
    name: 'AdmissionPolicyUpdated',
    inputs: [
      { name: 'timepoint', type: 'uint48', indexed: false },
      {
        name: 'policy',
        type: 'tuple',
        indexed: false,
        components: [
          { name: 'cooldownEnabled', type: 'bool' },
          { name: 'admissionsPaused', type: 'bool' },
          { name: 'cooldownDuration', type: 'uint48' },
          { name: 'pauseTimepoint', type: 'uint48' },
          { name: 'pauseCooldownEnabled', type: 'bool' },
          { name: 'pauseCooldownDuration', type: 'uint48' },
        ],
      },
    ],
  },
  {
    type: 'event',
    name: 'BondingAssetConfigUpdated',
    inputs: [
      { name: 'ticketToken', type: 'address', indexed: true },
      { name: 'ciphernodeBondToken', type: 'address', indexed: true },
      { name: 'ticketPrice', type: 'uint256', indexed: false },
      { name: 'requiredCiphernodeBond', type: 'uint256', indexed: false },
      { name: 'expectedTicketDecimals', type: 'uint8', indexed: false },
      { name: 'expectedCiphernodeBondDecimals', type: 'uint8', indexed: false },
      { name: 'configurationVersion', type: 'uint64', indexed: true },
    ],
  },
  {
    type: 'event',
    name: 'CommitteeObligationUpdated',
    inputs: [
      { name: 'e3Id', type: 'uint256', indexed: true },
      { name: 'registry', type: 'address', indexed: true },
      { name: 'operator', type: 'address', indexed: true },
      { name: 'active', type: 'bool', indexed: false },
    ],
  },
] as const

/** The event of the provider of random words. */
export const randomnessProviderAbi = [
  {
    type: 'event',
    name: 'RandomnessFulfilled',
    inputs: [
      { name: 'requestId', type: 'uint256', indexed: true },
      { name: 'e3Id', type: 'uint256', indexed: true },
      { name: 'randomWord', type: 'uint256', indexed: false },
      { name: 'fulfilledAt', type: 'uint256', indexed: false },
    ],
  },
] as const

/** Events of the controller: committee sizes, requests and failures of computations. */
export const interfoldAbi = [
  {
    type: 'event',
    name: 'CommitteeThresholdsUpdated',
    inputs: [
      { name: 'size', type: 'uint8', indexed: true },
      { name: 'threshold', type: 'uint32[2]', indexed: false },
    ],
  },
  {
    type: 'event',
    name: 'E3Requested',
    inputs: [
      { name: 'e3Id', type: 'uint256', indexed: false },
      {
        name: 'e3',
        type: 'tuple',
        indexed: false,
        components: [
          { name: 'seed', type: 'uint256' },
          { name: 'committeeSize', type: 'uint8' },
          { name: 'requestBlock', type: 'uint256' },
          { name: 'inputWindow', type: 'uint256[2]' },
          { name: 'encryptionSchemeId', type: 'bytes32' },
          { name: 'e3Program', type: 'address' },
          { name: 'paramSet', type: 'uint8' },
          { name: 'customParams', type: 'bytes' },
          { name: 'decryptionVerifier', type: 'address' },
          { name: 'pkVerifier', type: 'address' },
          { name: 'committeePublicKey', type: 'bytes32' },
          { name: 'ciphertextOutput', type: 'bytes32' },
          { name: 'plaintextOutput', type: 'bytes' },
          { name: 'requester', type: 'address' },
          { name: 'ciphertextCommitment', type: 'bytes32' },
        ],
      },
      { name: 'cryptoConfigId', type: 'bytes32', indexed: true },
    ],
  },
  {
    type: 'event',
    name: 'E3Failed',
    inputs: [
      { name: 'e3Id', type: 'uint256', indexed: true },
      { name: 'failedAtStage', type: 'uint8', indexed: false },
      { name: 'reason', type: 'uint8', indexed: false },
    ],
  },
] as const

/** All of them: what `NodeRegistry.apply` takes. */
export const sortitionAbi = [
  ...ciphernodeRegistryAbi,
  ...bondingRegistryAbi,
  ...randomnessProviderAbi,
  ...interfoldAbi,
] as const
