import TerraceCore
import TerraceSimulation

/// What the streams of one instrument are made from: who listens, and what has changed since they were last told.
struct BinanceBook {
    /// A listener.
    struct Listener {
        let connection: Int
        /// The stream's name where events are wrapped; nil where they are not.
        let wrapped: String?
    }
    /// Changes that have not been told.
    struct Pending {
        var first: UInt64 = 0
        var last: UInt64 = 0
        var levels: [LevelMessage] = []
        var isScheduled = false
        var isEmpty: Bool { self.first == 0 }

        mutating func removeAll() {
            self.first = 0
            self.last = 0
            self.levels.removeAll(keepingCapacity: true)
        }
    }
    /// A public trade that is remembered.
    struct Print {
        let trade: UInt64
        let price: Price
        let quantity: Quantity
        let isBuyerMaker: Bool
        let at: Timestamp
    }

    /// By `BinanceStream.Kind`.
    var listeners: [[Listener]] = Array(repeating: [], count: BinanceStream.Kind.allCases.count)
    /// For streams of 100 ms, and of a second.
    var pending = [Pending(), Pending()]
    /// Whether partial books are to be told, by `BinanceStream.Kind`.
    var isPartialScheduled = Array(repeating: false, count: BinanceStream.Kind.allCases.count)
    /// The best levels as they were told last, and the number of the last change.
    var toldBid = Level(price: .zero, quantity: .zero)
    var toldAsk = Level(price: .zero, quantity: .zero)
    var lastChange: UInt64 = 0
    /// The latest trades.
    var prints: [Print] = []

    init(_ instrument: ExchangeInstrument) {}

    /// Nobody listens any more, and nothing is left to be told.
    mutating func forgetStreams() {
        for kind in self.listeners.indices {
            self.listeners[kind].removeAll()
            self.isPartialScheduled[kind] = false
        }
        for speed in self.pending.indices {
            self.pending[speed].removeAll()
            self.pending[speed].isScheduled = false
        }
    }

    /// Leaves each price once in `levels`, with its last quantity.
    static func compact(_ levels: inout [LevelMessage]) {
        if levels.count < 2 { return }
        var kept: [LevelMessage] = []
        kept.reserveCapacity(levels.count)
        if levels.count <= 48 {
            for level in levels.reversed()
            where !kept.contains(where: { $0.side == level.side && $0.price == level.price }) { kept.append(level) }
        } else {
            var seen: [Set<Int64>] = [[], []]  // Looked up, never walked through.
            for level in levels.reversed() where seen[level.side.index].insert(level.price.units).inserted {
                kept.append(level)
            }
        }
        levels = kept
    }
}
