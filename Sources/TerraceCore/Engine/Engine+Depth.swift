extension Engine {
    /// The consolidated level at `position` of a side, 0 the best; nil beyond the last. See `BookTable.level`.
    public func level(_ pair: PairIndex, _ side: Side, _ position: Int) -> ConsolidatedLevel? {
        self.books.level(pair, side, position)
    }

    /// The weighted average price for `quantity`: `.ask` sweeps the asks as a buyer would, `.bid` the bids.
    public func sweep(_ pair: PairIndex, _ side: Side, _ quantity: Quantity) -> Sweep {
        self.books.sweep(pair, side, quantity)
    }

    /// Wants a pair's strategies evaluated at the next turn, although nothing need have changed.
    ///
    /// - Precondition: the pair is registered.
    public mutating func wantEvaluation(of pair: PairIndex) { self.markReady(pair) }
}
