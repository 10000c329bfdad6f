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
    /// The price that the line wanted at the last look; zero where it wanted none.
    public internal(set) var wanted: Price
    /// While a command waits for its answer: when the venue is asked what became of it.
    public internal(set) var answerDue: Timestamp
    /// How often it has been asked in vain.
    public internal(set) var queries: Int
    /// How often in a row the venue has refused.
    public internal(set) var refusals: Int
    /// Before this moment nothing new is sent: the venue refused, or was asked too often.
    public internal(set) var holdUntil: Timestamp
    /// The reference price from which the order was priced.
    public internal(set) var reference: Price
    /// The order's random share of its quantity, in parts per million; drawn once per order.
    public internal(set) var draw: Int64
    /// Before this moment no cancel is sent again: the venue refused the last one.
    public internal(set) var cancelAfter: Timestamp
    /// Top-of-book lines: what may be traded now, in quantity units x nanoseconds an hour, so that no fraction is lost
    /// however often it is brought up to date. Below zero where more was filled than it held.
    public internal(set) var credit: Int128
    /// When `credit` was brought up to date; `distantPast` before the first time.
    public internal(set) var creditAt: Timestamp
    /// While the order of a retired slot is not gone: the slot whose credit its fills spend; negative for none.
    var heir: Int32
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
        self.wanted = .zero
        self.answerDue = .distantPast
        self.queries = 0
        self.refusals = 0
        self.holdUntil = .distantPast
        self.reference = .zero
        self.draw = 1_000_000
        self.cancelAfter = .distantPast
        self.credit = 0
        self.creditAt = .distantPast
        self.heir = -1
        self.footprint = Footprint()
    }
}

// MARK: The rate of a top-of-book line

extension Slot {
    private static let nanosecondsAnHour: Int128 = 3_600_000_000_000

    /// What may be shown now: a token bucket that fills at the hourly quantity, holds what one timeout grants (or the venue's
    /// least order, where that is more), and is spent by fills. It starts full.
    ///
    /// An hourly quantity is below 2^56 and a moment below 2^63: products are below 2^119.
    mutating func grant(hourly: Int64, timeout: Int64, least: Int64, at now: Timestamp) -> Int64 {
        let capacity = max(Int128(hourly) * Int128(timeout), Int128(least) * Self.nanosecondsAnHour)
        if self.creditAt == .distantPast {
            self.credit = capacity
        } else {
            self.credit += Int128(hourly) * Int128(max(0, now.nanoseconds(since: self.creditAt)))
            self.credit = min(self.credit, capacity)
        }
        self.creditAt = now
        return Int64(min(self.credit / Self.nanosecondsAnHour, Int128(Quantity.limit)))
    }

    /// How long until `least` may be shown, in nanoseconds, at most an hour.
    mutating func wait(hourly: Int64, least: Int64) -> Int64 {
        let missing = Int128(least) * Self.nanosecondsAnHour - self.credit
        return Int64(max(1, min((missing + Int128(hourly) - 1) / Int128(max(1, hourly)), Self.nanosecondsAnHour)))
    }

    /// A fill takes its quantity off what may be traded, and is owed where there was less.
    mutating func spend(_ quantity: Quantity) {
        if self.creditAt == .distantPast { return }
        self.credit -= Int128(quantity.units) * Self.nanosecondsAnHour
    }
}

/// What an order takes up at this moment: open quantity, reserved balance, and where it is or may be in the venue's book.
struct Footprint: Equatable, Sendable {
    var open = Quantity.zero
    var reserved = Amount.zero
    var shownPrice = Price.zero
    var shown = Quantity.zero
    /// Where an amendment of unknown fate may have taken it; zero where that is the same price, or there is none.
    var pendingPrice = Price.zero
    var pending = Quantity.zero
    /// The most eager price at which it stands or may come to stand; zero for none.
    var eagerPrice = Price.zero

    init() {}

    /// The footprint of `order`: a bid reserves the quote coin at its highest price, an ask the base coin, or on a margined
    /// venue the quote coin too.
    init(of order: borrowing WorkingOrder, units: borrowing Units, isMargined: Bool) {
        self.open = order.open
        if self.open == .zero { return }
        self.reserved =
            order.side == .bid || isMargined
            ? units.amount(of: Notional(of: self.open, at: order.highestPrice)) : units.amount(of: self.open)
        self.shownPrice = order.price
        self.shown = max(.zero, order.quantity - order.filled)
        self.eagerPrice = order.price
        if !order.isAmendmentOpen { return }
        if order.pendingPrice == order.price {
            self.shown = self.open
        } else {
            self.pendingPrice = order.pendingPrice
            self.pending = max(.zero, order.pendingQuantity - order.filled)
            if order.side.isBetter(order.pendingPrice, than: order.price) { self.eagerPrice = order.pendingPrice }
        }
    }
}
