/// One (line, venue, side) of a strategy: what it wants, what stands for it, and why not more.
public struct Slot: Sendable {
    /// The order that stands for it.
    public internal(set) var order: WorkingOrder
    /// The instrument it quotes.
    public let instrument: InstrumentIndex
    /// Top-of-book lines come first, passive lines behind them, in the order of the definition.
    public internal(set) var line: UInt16
    /// Which of the strategy's venues, counted from 0.
    public let venueOrdinal: UInt8
    /// Whether the line is gone and the order only waits to be cancelled.
    public internal(set) var isRetired: Bool
    /// What kept the quote from being shown at the last evaluation.
    public internal(set) var gate: Gate
    /// When the order was last placed or amended.
    public internal(set) var pricedAt: Timestamp
    /// When the command that waits for an answer was sent.
    public internal(set) var sentAt: Timestamp
    /// Before this moment nothing new is sent: the venue refused, or was asked too often.
    public internal(set) var holdUntil: Timestamp
    /// The reference price from which the order was priced.
    public internal(set) var reference: Price
    /// The order's random share of its quantity, in parts per million; drawn once per order.
    public internal(set) var draw: Int64
    /// Top-of-book lines: what may be traded now, in quantity units times 2^16.
    public internal(set) var tokens: Int64
    /// When `tokens` was brought up to date.
    public internal(set) var tokensAt: Timestamp
    /// What the slot holds of the limits; see `Footprint`.
    var footprint: Footprint

    init(instrument: InstrumentIndex, line: UInt16, venueOrdinal: UInt8, side: Side) {
        self.order = WorkingOrder(side: side)
        self.instrument = instrument
        self.line = line
        self.venueOrdinal = venueOrdinal
        self.isRetired = false
        self.gate = .none
        self.pricedAt = .distantPast
        self.sentAt = .distantPast
        self.holdUntil = .distantPast
        self.reference = .zero
        self.draw = 1_000_000
        self.tokens = -1  // Not started: full at the first evaluation.
        self.tokensAt = .distantPast
        self.footprint = Footprint()
    }
}

/// What an order takes up at this moment: open quantity, reserved balance, and quantity shown in the venue's book.
struct Footprint: Equatable, Sendable {
    var open = Quantity.zero
    var reserved = Amount.zero
    var shownPrice = Price.zero
    var shown = Quantity.zero

    init() {}

    /// The footprint of `order`: a bid reserves the quote coin at its worst price, an ask the base coin.
    init(of order: WorkingOrder, units: Units) {
        self.open = order.open
        if self.open == .zero { return }
        self.reserved =
            order.side == .bid
            ? units.amount(of: Notional(of: self.open, at: order.worstPrice)) : units.amount(of: self.open)
        self.shownPrice = order.price
        self.shown = max(.zero, order.quantity - order.filled)
    }
}
