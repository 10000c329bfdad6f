public import TerraceCore

/// A venue's best bid and ask, as a message of its own tells them.
///
/// A side without orders has price and quantity zero.
public struct BestQuote: Hashable, Sendable {
    /// The instrument.
    public var instrument: InstrumentIndex
    /// The best bid.
    public var bid: Price
    /// The total at the best bid.
    public var bidQuantity: Quantity
    /// The best ask.
    public var ask: Price
    /// The total at the best ask.
    public var askQuantity: Quantity

    /// The best quote of an instrument.
    public init(instrument: InstrumentIndex, bid: Price, bidQuantity: Quantity, ask: Price, askQuantity: Quantity) {
        self.instrument = instrument
        self.bid = bid
        self.bidQuantity = bidQuantity
        self.ask = ask
        self.askQuantity = askQuantity
    }
}
