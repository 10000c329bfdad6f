/// What a venue's list of instruments came to. Read at start and now and then, not on the path of a tick.
public struct InstrumentListing: Sendable {
    /// The instruments whose rules could be read, in the order of the list.
    public var instruments: [ListedInstrument]
    /// The instruments whose rules could not, with the reason: they can't be traded, the others can.
    public var refused: [(symbol: String, reason: String)]
    /// Where the next page begins, for a venue that lists in pages.
    public var nextPage: String?

    /// A list.
    public init(
        instruments: [ListedInstrument] = [], refused: [(symbol: String, reason: String)] = [], nextPage: String? = nil
    ) {
        self.instruments = instruments
        self.refused = refused
        self.nextPage = nextPage
    }

    /// The instrument that trades `pair`, written `BASE/QUOTE`, or nil. Prefers one that is trading.
    public func instrument(trading pair: String) -> ListedInstrument? {
        self.instruments.first { $0.pair == pair && $0.isTrading } ?? self.instruments.first { $0.pair == pair }
    }
}
