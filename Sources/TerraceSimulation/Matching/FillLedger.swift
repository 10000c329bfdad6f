public import TerraceCore

/// What a venue keeps of the fills of one account: for each instrument and each strategy whose orders they were.
///
/// Bounded by instruments times strategies, however many fills there are.
public struct FillLedger: Sendable {
    /// The fills of one owner's orders on one instrument.
    public struct Entry: Sendable {
        /// The instrument, counted within the venue.
        public let instrument: Int
        /// What the client ids of the orders begin with: engine and strategy.
        public let owner: UInt64
        /// Which fills.
        public private(set) var tally = FillTally()
        /// What they moved of the base coin, fees in it included.
        public private(set) var base = Amount.zero
        /// What they moved of the quote coin, fees in it included.
        public private(set) var quote = Amount.zero

        init(instrument: Int, owner: UInt64) {
            self.instrument = instrument
            self.owner = owner
        }

        mutating func book(_ fill: Fill, of order: ClientOrderID, _ definition: SimulatedInstrument) {
            let base = definition.units.amount(of: fill.quantity)
            let quote = definition.units.amount(of: Notional(of: fill.quantity, at: fill.price))
            self.tally.book(fill, of: order)
            self.base += fill.side == .bid ? base : -base
            self.quote += fill.side == .bid ? -quote : quote
            if fill.feeAsset == definition.base { self.base -= fill.fee }
            if fill.feeAsset == definition.quote { self.quote -= fill.fee }
        }
    }
    private struct Key: Hashable {
        let instrument: Int
        let owner: UInt64
    }
    private var places: [Key: Int] = [:]

    /// In the order in which each was filled first.
    public private(set) var entries: [Entry] = []

    /// No fills.
    public init() {}

    /// Takes in a fill of `order` on an instrument.
    public mutating func book(
        _ fill: Fill, of order: ClientOrderID, on instrument: Int, _ definition: SimulatedInstrument
    ) {
        let key = Key(instrument: instrument, owner: order.high)
        let place = self.places[key] ?? self.entries.count
        if place == self.entries.count {
            self.entries.append(Entry(instrument: instrument, owner: order.high))
            self.places[key] = place
        }
        self.entries[place].book(fill, of: order, definition)
    }
}
