import Glibc
import TerraceCore

/// Makes a feed that looks like a market, from a seed: the same arguments give the same bytes.
///
/// Each instrument keeps 20 to 100 levels a side, densest near the touch, around a mid that follows the pair's drifting mid
/// with noise of the venue. A message first takes away what the moved mid crosses, so that no single venue is crossed at a
/// message's end; the consolidated book may be. Messages have 5.5 level records in the mean; one in thirty is a trade.
public struct FeedGenerator {
    /// One side of one instrument: ticks from worst to best, with quantities in lots.
    private struct Book {
        var bids: [(tick: Int64, lots: Int64)] = []
        var asks: [(tick: Int64, lots: Int64)] = []
        var mid: Int64 = 0  // Bids are at or below it, asks above.
        var noise: Int64 = 0
        var depth = 40
    }

    /// The most records that one feed may have: what keeps its size below 64 GB.
    public static let largestUpdateCount = 2_000_000_000

    private var random: FeedRandom
    private var header: FeedHeader
    private var books: [Book] = []
    private var mids: [Int64] = []
    private var time: UInt64
    private let updates: Int

    /// A feed of `updates` level records after the snapshots, over `pairs` on `venues` each.
    ///
    /// - Precondition: `pairs` is within 1...65,535, `venues` within 1...64, `updates` within 0...`largestUpdateCount`.
    public init(pairs: Int, venues: Int, updates: Int, seed: UInt64) {
        precondition((1...65_535).contains(pairs), "a feed has 1 to 65535 pairs")
        precondition((1...64).contains(venues), "a feed has 1 to 64 venues")
        precondition(
            (0...Self.largestUpdateCount).contains(updates), "a feed has at most \(Self.largestUpdateCount) updates")
        self.updates = updates
        self.random = FeedRandom(seed: seed)
        self.time = 1_767_225_600_000_000_000  // 2026-01-01T00:00:00Z
        let ticks: [Int64] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
        let lots: [Int64] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]
        var list: [FeedPair] = []
        for pair in 0..<pairs {
            // Letters by the pair's number in base 26, so that symbols differ: "AAAB/USDT".
            var name = ""
            var left = pair
            for _ in 0..<4 {
                name = String(UnicodeScalar(UInt8(0x41 + left % 26))) + name
                left /= 26
            }
            list.append(
                FeedPair(
                    symbol: name + (pair % 10 == 9 ? "/BTC" : "/USDT"), tick: ticks[self.random.below(ticks.count)],
                    lot: lots[self.random.below(lots.count)]))
            self.mids.append(Int64(5_000 + self.random.below(200_000)))
        }
        self.header = FeedHeader(pairs: list, venues: venues, seed: seed, start: self.time, depth: 100)
        for pair in 0..<pairs {
            for _ in 0..<venues {
                var book = Book()
                book.depth = 24 + self.random.below(70)
                book.noise = Int64(self.random.below(5)) - 2
                book.mid = self.mids[pair] + book.noise
                self.books.append(book)
            }
        }
    }

    /// Writes the feed to `path`.
    ///
    /// - Returns: The header as it was written.
    public consuming func write(to path: String) throws(FeedError) -> FeedHeader {
        var writer = try FeedWriter(path: path, header: self.header)
        for index in 0..<self.books.count { try self.snapshot(index, &writer) }
        var left = self.updates
        while left > 0 {
            self.time += UInt64(1_000 + self.random.below(18_000))
            let index = self.random.below(self.books.count)
            if self.random.below(30) == 0 { try self.trade(index, &writer) }
            left -= try self.message(index, atMost: left, &writer)
        }
        return try writer.finish()
    }

    private mutating func snapshot(_ index: Int, _ writer: inout FeedWriter) throws(FeedError) {
        let delay = self.delay()
        let depth = self.books[index].depth
        for side in Side.allCases {
            while (side == .bid ? self.books[index].bids.count : self.books[index].asks.count) < depth {
                let (tick, lots) = self.draw(index, side)
                _ = self.set(index, side, tick, lots)
            }
        }
        let bids = self.books[index].bids
        let asks = self.books[index].asks
        for (place, level) in bids.reversed().enumerated() {
            let end = asks.isEmpty && place == bids.count - 1
            try writer.append(self.record(index, level.tick, level.lots, FeedRecord.snapshot, .bid, end, delay))
        }
        for (place, level) in asks.reversed().enumerated() {
            let end = place == asks.count - 1
            try writer.append(self.record(index, level.tick, level.lots, FeedRecord.snapshot, .ask, end, delay))
        }
    }

    private mutating func trade(_ index: Int, _ writer: inout FeedWriter) throws(FeedError) {
        let side: Side = self.random.below(2) == 0 ? .bid : .ask
        // A buyer takes from the best ask, a seller from the best bid.
        guard let level = side == .bid ? self.books[index].asks.last : self.books[index].bids.last else { return }
        let lots = 1 + Int64(self.random.below(Int(level.lots)))
        try writer.append(self.record(index, level.tick, lots, FeedRecord.trade, side, true, self.delay()))
    }

    /// One message of level records; returns how many.
    private mutating func message(
        _ index: Int, atMost limit: Int, _ writer: inout FeedWriter
    ) throws(FeedError) -> Int {
        // 1 + a geometric number of mean 4.5, at most 60.
        let wanted = min(limit, 1 + min(59, Int(-log(self.random.unit()) / 0.2007)))
        var changes: [(side: Side, tick: Int64, lots: Int64)] = []
        changes.reserveCapacity(wanted)
        self.move(index, wanted, &changes)
        while changes.count < wanted {
            let side: Side = self.random.below(2) == 0 ? .bid : .ask
            let levels = side == .bid ? self.books[index].bids : self.books[index].asks
            if levels.count >= self.books[index].depth + 6, let worst = levels.first {
                _ = self.set(index, side, worst.tick, 0)
                changes.append((side, worst.tick, 0))
                continue
            }
            let (tick, drawn) = self.draw(index, side)
            var lots = drawn

            // A fifth are deletes, some of them of levels that are not there.
            if levels.count > 21, self.random.below(5) == 0 { lots = 0 }
            _ = self.set(index, side, tick, lots)
            changes.append((side, tick, lots))
        }
        let delay = self.delay()
        for (place, change) in changes.enumerated() {
            try writer.append(
                self.record(
                    index, change.tick, change.lots, FeedRecord.level, change.side, place == changes.count - 1, delay))
        }
        return changes.count
    }

    /// Lets the mid drift, and takes away what it passes, where the message has the room.
    private mutating func move(_ index: Int, _ room: Int, _ changes: inout [(side: Side, tick: Int64, lots: Int64)]) {
        let pair = index / self.header.venues
        if self.random.below(4) == 0 {
            self.mids[pair] = max(2_000, self.mids[pair] + (self.random.below(2) == 0 ? -1 : 1))
        }
        if self.random.below(16) == 0 { self.books[index].noise = Int64(self.random.below(5)) - 2 }
        let target = self.mids[pair] + self.books[index].noise
        while changes.count < room, self.books[index].mid != target {
            if self.books[index].mid < target {
                let next = self.books[index].mid + 1
                if let best = self.books[index].asks.last, best.tick <= next {
                    if self.books[index].asks.count <= 20 { return }
                    self.books[index].asks.removeLast()
                    changes.append((.ask, best.tick, 0))
                }
                self.books[index].mid = next
            } else {
                let next = self.books[index].mid - 1
                if let best = self.books[index].bids.last, best.tick > next {
                    if self.books[index].bids.count <= 20 { return }
                    self.books[index].bids.removeLast()
                    changes.append((.bid, best.tick, 0))
                }
                self.books[index].mid = next
            }
        }
    }

    /// A level of `side`, mostly near the touch.
    private mutating func draw(_ index: Int, _ side: Side) -> (tick: Int64, lots: Int64) {
        let book = self.books[index].depth
        let distance = min(Int64(-log(self.random.unit()) * Double(book) * 0.6), Int64(3 * book))
        let tick = side == .bid ? self.books[index].mid - distance : self.books[index].mid + 1 + distance
        // Log-normal around a thousand lots, deeper away from the touch.
        let lots = exp(6 + self.random.normal()) * (1 + Double(distance) / 20)
        return (max(1, tick), max(1, min(Int64(lots), 10_000_000)))
    }

    /// Sets or removes a level; returns whether it was there.
    private mutating func set(_ index: Int, _ side: Side, _ tick: Int64, _ lots: Int64) -> Bool {
        side == .bid
            ? Self.set(&self.books[index].bids, tick, lots, ascending: true)
            : Self.set(&self.books[index].asks, tick, lots, ascending: false)
    }

    private static func set(
        _ levels: inout [(tick: Int64, lots: Int64)], _ tick: Int64, _ lots: Int64, ascending: Bool
    ) -> Bool {
        // From the best, which is last: most changes are near it.
        var place = levels.count
        while place > 0, ascending ? levels[place - 1].tick > tick : levels[place - 1].tick < tick { place -= 1 }
        let isThere = place > 0 && levels[place - 1].tick == tick
        if isThere {
            if lots == 0 { levels.remove(at: place - 1) } else { levels[place - 1].lots = lots }
        } else if lots > 0 {
            levels.insert((tick, lots), at: place)
        }
        return isThere
    }

    /// 50 to about 2,000 microseconds.
    private mutating func delay() -> UInt16 { UInt16(min(50 - log(self.random.unit()) * 300, 60_000)) }

    private func record(
        _ index: Int, _ tick: Int64, _ lots: Int64, _ kind: UInt8, _ side: Side, _ ends: Bool, _ delay: UInt16
    ) -> FeedRecord {
        let pair = index / self.header.venues
        // A tick is below 2^20 steps of at most 10^6, a quantity 10^7 lots of at most 10^8: far below 2^56.
        return FeedRecord(
            time: self.time, price: tick * self.header.pairs[pair].tick, quantity: lots * self.header.pairs[pair].lot,
            pair: pair, venue: index % self.header.venues, kind: kind, side: side, endsMessage: ends, delay: delay)
    }
}

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014); kept here, so that a change of the simulation's generator changes no feed.
private struct FeedRandom {
    private var state: UInt64
    init(seed: UInt64) { self.state = seed ^ 0x5445_5252_4645_4544 }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var bits = self.state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: self.next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
    }
    mutating func unit() -> Double { Double((self.next() >> 11) + 1) / 9_007_199_254_740_992 }
    mutating func normal() -> Double { sqrt(-2 * log(self.unit())) * cos(2 * Double.pi * self.unit()) }
}
