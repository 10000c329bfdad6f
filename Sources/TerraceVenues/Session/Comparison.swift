import TerraceCore

/// A comparison of what the venue holds with what is known here, step by step.
struct Comparison {
    enum Stage { case idle, orders, fills, settling, balances, grace }
    var stage = Stage.idle
    /// Which one it is: an answer to a question of an earlier one is not taken for its own.
    var round = 0
    /// Whether it is the one after the private stream has come up, which lets the engine trade.
    var isOpening = false
    var startedAt = Timestamp.distantPast
    var dueAt = Timestamp.distantFuture
    /// What is listed so far.
    var listed: [AccountOrder] = []
    var balances: [(coin: String, total: Amount)] = []
    /// This engine's orders among those listed.
    var standing: [(symbol: String, order: ClientOrderID)] = []
    /// Slots whose fills are to be asked for in this round.
    var slots: [Int] = []
    var fillsInFlight = 0
    /// By slot, what the question for its fills has told so far, over its pages and windows. Looked up, never walked through.
    var fillsTold: [Int: FillsTold] = [:]
    /// Slots whose fills could not be told whole; the opening asks again.
    var unsettled: [Int] = []
    /// No sooner than this.
    var askAgainAt = Timestamp.distantPast
    /// Fills known when the balances were asked for.
    var fillsBefore: UInt64 = 0
    var until = Timestamp.distantPast
    /// Where the next round's instruments begin.
    var nextSlot = 0
    var isBalanceKnown = false
    /// Whether every active instrument's fills are asked for in this round.
    var isWhole = false
    /// Whether another one, of everything, was asked for while it is under way.
    var isWantedAgain = false
    /// Whether an answer about fills is missing, so that the balances can't be told.
    var isIncomplete = false
}

/// What a question for an instrument's fills has told, over all of its pages and windows.
struct FillsTold {
    /// When the window's first page was asked for.
    var askedAt: Timestamp
    /// Whether nothing was left for later.
    var isWhole = true
    /// The highest number.
    var newest: UInt64?
}
