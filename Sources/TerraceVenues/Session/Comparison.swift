import TerraceCore

/// A comparison of what the venue holds with what is known here, step by step.
struct Comparison {
    enum Stage { case idle, orders, fills, settling, balances, grace }
    var stage = Stage.idle
    /// Whether it is the one after the private stream has come up, which lets the engine trade.
    var isOpening = false
    var startedAt = Timestamp.distantPast
    var dueAt = Timestamp.distantFuture
    /// What is listed so far.
    var listed: [AccountOrder] = []
    var balances: [(coin: String, total: Amount)] = []
    /// This engine's orders among those listed.
    var standing: [(symbol: String, order: ClientOrderID)] = []
    /// Whether another comparison of everything was asked for while this one goes on.
    var isWantedAgain = false
    /// Slots whose fills are to be asked for in this round.
    var slots: [Int] = []
    var fillsInFlight = 0
    /// Fills known when the balances were asked for.
    var fillsBefore: UInt64 = 0
    var until = Timestamp.distantPast
    /// Where the next round's instruments begin.
    var nextSlot = 0
    var isBalanceKnown = false
    /// Whether every active instrument's fills are asked for in this round.
    var isWhole = false
}
