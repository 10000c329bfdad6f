extension Engine {
    /// The consolidated level at `position` of a side, 0 the best; nil beyond the last. See `BookTable.level`.
    public func level(_ pair: PairIndex, _ side: Side, _ position: Int) -> ConsolidatedLevel? {
        self.desk.books.level(pair, side, position)
    }

    /// The weighted average price for `quantity`: `.ask` sweeps the asks as a buyer would, `.bid` the bids.
    public func sweep(_ pair: PairIndex, _ side: Side, _ quantity: Quantity) -> Sweep {
        self.desk.books.sweep(pair, side, quantity)
    }

    /// Wants a pair's strategies evaluated at the next turn, although nothing need have changed.
    ///
    /// - Precondition: the pair is registered.
    public mutating func wantEvaluation(of pair: PairIndex) {
        var next = self.desk.pairs[pair.index].firstStrategy
        while next >= 0 {
            self.desk.markReady(StrategyIndex(UInt32(bitPattern: next)), look: false)
            next = self.desk.watches[Int(next)].nextOnPair
        }
    }

    /// Adds volume from history, before the first trade and at one moment for all instruments; `concludeWarming` follows. See
    /// `VolumeTable.warm`.
    ///
    /// - Precondition: the instrument is registered.
    public mutating func warmVolume(of instrument: InstrumentIndex, _ buckets: Span<VolumeBucket>, at now: Timestamp) {
        self.desk.volumes.warm(instrument, buckets, at: now)
    }

    /// Calculates what follows from the history of all instruments.
    public mutating func concludeWarming() { self.desk.volumes.concludeWarming() }

    /// The traded volume of all instruments and what is made of it.
    public var volumes: VolumeTable { _read { yield self.desk.volumes } }
}
