/// What is known of a strategy from earlier runs, in this run's units and indices.
public struct RestoredStrategy: Sendable {
    /// What its fills on one instrument came to.
    public struct Share: Sendable {
        /// Where.
        public var instrument: InstrumentIndex
        /// What they came to.
        public var position: Position
        /// A digest of them.
        public var fills: FillTally

        /// What the fills on `instrument` came to.
        public init(instrument: InstrumentIndex, position: Position, fills: FillTally) {
            self.instrument = instrument
            self.position = position
            self.fills = fills
        }
    }

    /// What it holds, the opening inventory included.
    public var total = Position()
    /// What of it came by fills, by instrument. What it holds where it no longer quotes is in the total only.
    public var shares: [Share] = []
    /// Whether its opening inventory was booked: it is not booked again.
    public var isSeeded = false
    /// Whether its loss limit has stopped it, and nobody has lifted the stop.
    public var isStopped = false
    /// The profit from which its loss limit counts.
    public var lossBaseline = Amount.zero

    /// Nothing held, nothing stopped.
    public init() {}
}
