import TerraceCore
import TerraceSimulation

/// What the topics of one instrument are made from: who listens, and what they have been told.
struct BybitServerBook {
    /// A book of one depth as those who listen know it.
    struct Told {
        /// The best levels of each side, best first.
        var sides: [[Level]] = [[], []]
        /// The number of the last message.
        var updateID: Int64
        /// Whether a timer waits to tell what has changed.
        var isScheduled = false
        /// When it was last told.
        var at = Timestamp.distantPast
    }
    /// A public trade that is remembered.
    struct Print {
        let trade: UInt64
        let aggressor: Side
        let price: Price
        let quantity: Quantity
        let at: Timestamp
        let sequence: Int64
    }

    /// Connections by `BybitTopic.Kind`.
    var listeners: [[Int]] = Array(repeating: [], count: BybitTopic.Kind.allCases.count)
    /// By `BybitTopic.Kind`, for books.
    var told: [Told]
    /// Whether the best levels are to be told again.
    var isAgainScheduled = false
    /// Whether a ticker is to be told.
    var isTickerScheduled = false
    /// Counts changes of the book and trades: the venue's cross sequence.
    var sequence: Int64 = 1_000
    /// The latest trades.
    var prints: [Print] = []
    /// Over all trades.
    var high = Price.zero
    var low = Price.zero
    var volume: Int128 = 0
    var turnover: Int128 = 0

    /// Nobody listens. Numbers begin with `updateID`: after a restart of the service with 1.
    init(updateID: Int64) {
        self.told = Array(repeating: Told(updateID: updateID), count: BybitTopic.Kind.books.count)
    }

    /// Nobody listens any more, and numbers begin anew.
    mutating func restart() {
        for kind in self.listeners.indices { self.listeners[kind].removeAll() }
        for kind in self.told.indices { self.told[kind] = Told(updateID: 0) }
        self.isAgainScheduled = false
        self.isTickerScheduled = false
    }

    /// The levels of `new` that differ from `old`, and those of `old` that are gone, with quantity zero; both best first.
    static func changes(_ side: Side, from old: [Level], to new: [Level]) -> [Level] {
        var changes: [Level] = []
        var place = 0
        for level in new {
            while place < old.count, side.isBetter(old[place].price, than: level.price) {
                changes.append(Level(price: old[place].price, quantity: .zero))
                place += 1
            }
            if place < old.count, old[place].price == level.price {
                if old[place].quantity != level.quantity { changes.append(level) }
                place += 1
            } else {
                changes.append(level)
            }
        }
        for level in old[place...] { changes.append(Level(price: level.price, quantity: .zero)) }
        return changes
    }
}
