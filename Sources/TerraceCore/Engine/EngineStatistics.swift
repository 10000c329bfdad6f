/// What an engine has counted since it started.
public struct EngineStatistics: Sendable {
    /// Level records applied.
    public var updates: UInt64 = 0
    /// Market messages ended.
    public var messages: UInt64 = 0
    /// Public trades.
    public var trades: UInt64 = 0
    /// Strategies evaluated.
    public var evaluations: UInt64 = 0
    /// Evaluations that looked at slots; the others found the market within all bands.
    public var looks: UInt64 = 0
    /// Evaluations on a crossed consolidated book: two venues disagreed.
    public var crossed: UInt64 = 0
    /// Times a strategy was marked ready that already was: the update is served by the evaluation that was due anyway.
    public var conflated: UInt64 = 0
    /// Orders sent.
    public var placed: UInt64 = 0
    /// Amendments sent.
    public var amended: UInt64 = 0
    /// Cancels sent.
    public var cancelled: UInt64 = 0
    /// Queries sent.
    public var queried: UInt64 = 0
    /// Orders and amendments that a venue refused.
    public var rejected: UInt64 = 0
    /// Fills booked.
    public var fills: UInt64 = 0
    /// Fills that came again and were dropped.
    public var doubledFills: UInt64 = 0
    /// Fills of orders that no strategy here sent; not booked to any.
    public var foreignFills: UInt64 = 0
    /// Reports that fit nothing that was sent.
    public var anomalies: UInt64 = 0
    /// Books lost: gaps, stale books, levels off the tick.
    public var booksLost: UInt64 = 0
    /// Levels refused because they were off the tick or out of range.
    public var levelsRefused: UInt64 = 0
    /// Orders of ours found standing that nothing wanted, and cancelled.
    public var orphans: UInt64 = 0
    /// For each `Gate`, by raw value: how often a quote came to be held back by it.
    public private(set) var gates: [UInt64] = Array(repeating: 0, count: Gate.allCases.count)
    /// The longest wait from an update to its evaluation since the last look, in nanoseconds.
    public var lateness: Int64 = 0

    /// Nothing counted.
    public init() {}

    /// A quote came to be held back by `gate`.
    mutating func count(_ gate: Gate) { self.gates[Int(gate.rawValue)] += 1 }
}
