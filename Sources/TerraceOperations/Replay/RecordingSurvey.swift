import Foundation
import TerraceCore
import TerraceVenues

/// What recordings hold, found by reading them once before they are replayed: that they are whole, which symbols there are,
/// the venue's own list of instruments, and the steps and sizes of the books.
struct RecordingSurvey {
    /// What is found of one symbol.
    struct Symbol {
        /// The pair, `BASE/QUOTE`.
        let pair: String
        /// What the venue calls it.
        let name: String
        /// The largest number of 10^-8 of which all prices of levels are multiples; zero where there was none.
        var priceStep: Int64 = 0
        /// The same of all quantities of levels.
        var quantityStep: Int64 = 0
        /// The price step of the 20 best levels a side of the first snapshot: orders of today.
        var nearPriceStep: Int64 = 0
        /// Their quantity step.
        var nearQuantityStep: Int64 = 0
        /// How many decimals the feed writes prices with.
        var priceDecimals = 0
        /// How many decimals the feed writes quantities with.
        var quantityDecimals = 0
        /// The best bid of the first snapshot, in 10^-8; zero where there was none.
        var bid: Int64 = 0
        /// The best ask of the first snapshot.
        var ask: Int64 = 0
        /// Quantities of levels of the first snapshot, up to 100 a side, in 10^-8.
        var sizes: [Int64] = []
        /// Messages and snapshots of it.
        var messages: UInt64 = 0
        fileprivate var counts = [0, 0]  // Of levels of the first snapshot, by side.
        fileprivate var hasText = false
        fileprivate var isInSnapshot = false
        fileprivate var hasSnapshot = false
    }

    /// By the order in which they were asked for.
    private(set) var symbols: [Symbol]
    /// The venue's list, where a recording has it; the last one.
    private(set) var list: BinanceInstrumentList?
    /// Why a list of instruments that is there could not be read.
    private(set) var listError: String?
    /// How many records there are.
    private(set) var records = 0
    /// The other symbols that the recordings have, sorted; at most a thousand.
    private(set) var others: [String] = []

    /// Reads `files` for `pairs`.
    init(files: [String], market: BinanceMarket, pairs: [String]) throws(ReplayError) {
        self.symbols = try pairs.map { pair throws(ReplayError) in Symbol(pair: pair, name: try Self.name(of: pair)) }
        var feed: BinanceFeed
        do throws(SymbolTable.Refusal) {
            feed = try BinanceFeed(
                market: market,
                instruments: self.symbols.enumerated().map {
                    FeedInstrument(
                        symbol: $1.name, instrument: InstrumentIndex(UInt32(truncatingIfNeeded: $0)), units: .standard)
                })
        } catch {
            throw .badSymbol(pairs.first ?? "")
        }
        var reader = RecordingReader(files: files)
        var events: [Event] = []
        var others: Set<String> = []  // Sorted before anybody sees it.
        do throws(RecordingError) {
            while try reader.next() {
                let text = reader.buffer.span.extracting(reader.text)
                let unknown = feed.counters.unknownSymbols
                switch reader.kind {
                case .received: _ = feed.received(text, at: reader.time, into: &events)
                case .reply:
                    let url = reader.buffer.span.extracting(reader.url)
                    if Self.isInstrumentList(url) {
                        self.read(list: text, market)
                    } else {
                        _ = feed.receivedReply(to: url, text, at: reader.time, into: &events)
                    }
                case .sent: break
                }
                if feed.counters.unknownSymbols != unknown, others.count < 1_000, let name = Self.symbol(in: text) {
                    others.insert(name)
                }
                self.take(events, text)
                events.removeAll(keepingCapacity: true)
            }
        } catch {
            throw .recording(error)
        }
        self.records = reader.records
        self.others = others.sorted()
        for slot in self.symbols.indices {
            let summary = feed.summary(of: slot)
            if summary.lastReceived != .distantPast { self.symbols[slot].messages = max(1, summary.applied) }
        }
    }

    /// The venue's name of a pair: `BTC/USDT` is `BTCUSDT`.
    static func name(of pair: String) throws(ReplayError) -> String {
        let parts = pair.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ Self.isCoin($0) }) else { throw .badSymbol(pair) }
        return parts.joined()
    }

    private static func isCoin(_ text: Substring) -> Bool {
        (1...20).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }

    private static func isInstrumentList(_ url: Span<UInt8>) -> Bool {
        let path = "/exchangeInfo"
        var end = 0
        while end < url.count, url[end] != UInt8(ascii: "?") { end += 1 }
        guard end >= path.utf8.count else { return false }
        return path.utf8.enumerated().allSatisfy { url[end - path.utf8.count + $0] == $1 }
    }

    private mutating func read(list text: Span<UInt8>, _ market: BinanceMarket) {
        do throws(WireError) {
            self.list = try BinanceInstrumentList(
                text, market: market, makerFee: ReplayInstrument.makerFee(market),
                takerFee: ReplayInstrument.takerFee(market))
            self.listError = nil
        } catch {
            self.listError = error.description
        }
    }

    // MARK: Steps and sizes

    private mutating func take(_ events: [Event], _ text: Span<UInt8>) {
        for event in events {
            guard case .market(let market) = event else { continue }
            switch market {
            case .snapshotBegan(let instrument):
                self.symbols[instrument.index].isInSnapshot = !self.symbols[instrument.index].hasSnapshot
            case .level(let instrument, let side, let price, let quantity):
                self.take(instrument.index, side, price.units, quantity.units)
                if !self.symbols[instrument.index].hasText { self.readDecimals(instrument.index, text) }
            case .messageEnded(let instrument, _):
                if self.symbols[instrument.index].isInSnapshot { self.symbols[instrument.index].hasSnapshot = true }
                self.symbols[instrument.index].isInSnapshot = false
            case .trade, .bookLost: break
            }
        }
    }

    private mutating func take(_ slot: Int, _ side: Side, _ price: Int64, _ quantity: Int64) {
        if self.symbols[slot].priceStep == 0 || price % self.symbols[slot].priceStep != 0 {
            self.symbols[slot].priceStep = Self.commonStep(self.symbols[slot].priceStep, price)
        }
        if quantity == 0 { return }
        if self.symbols[slot].quantityStep == 0 || quantity % self.symbols[slot].quantityStep != 0 {
            self.symbols[slot].quantityStep = Self.commonStep(self.symbols[slot].quantityStep, quantity)
        }
        guard self.symbols[slot].isInSnapshot else { return }
        let count = self.symbols[slot].counts[side.index]
        self.symbols[slot].counts[side.index] += 1
        if count < 100 { self.symbols[slot].sizes.append(quantity) }
        if count < 20 {
            self.symbols[slot].nearPriceStep = Self.commonStep(self.symbols[slot].nearPriceStep, price)
            self.symbols[slot].nearQuantityStep = Self.commonStep(self.symbols[slot].nearQuantityStep, quantity)
        }
        if side == .bid {
            self.symbols[slot].bid = max(self.symbols[slot].bid, price)
        } else if self.symbols[slot].ask == 0 || price < self.symbols[slot].ask {
            self.symbols[slot].ask = price
        }
    }

    /// The greatest common divisor (Euclid).
    static func commonStep(_ left: Int64, _ right: Int64) -> Int64 {
        var (large, small) = (left, right)
        while small != 0 { (large, small) = (small, large % small) }
        return large
    }

    // MARK: Text

    /// How many decimals the first level in `text` has: `[["61725.99000000","0.01000000"]`.
    private mutating func readDecimals(_ slot: Int, _ text: Span<UInt8>) {
        var place = 0
        while place + 1 < text.count {
            if text[place] == UInt8(ascii: "["), let price = Self.decimals(text, from: place + 1) {
                guard let quantity = Self.decimals(text, from: price.end) else { return }
                self.symbols[slot].priceDecimals = price.count
                self.symbols[slot].quantityDecimals = quantity.count
                self.symbols[slot].hasText = true
                return
            }
            place += 1
        }
    }

    /// The decimals of the number in quotes that begins at `start`, behind brackets, commas and blanks.
    private static func decimals(_ text: Span<UInt8>, from start: Int) -> (count: Int, end: Int)? {
        var place = start
        while place < text.count, [0x20, 0x2C, 0x5B].contains(text[place]) { place += 1 }
        guard place < text.count, text[place] == UInt8(ascii: "\"") else { return nil }
        place += 1
        var point: Int?
        while place < text.count, text[place] != UInt8(ascii: "\"") {
            if text[place] == UInt8(ascii: ".") {
                point = place
            } else if text[place] &- 0x30 > 9 {
                return nil
            }
            place += 1
        }
        return (point.map { place - $0 - 1 } ?? 0, place + 1)
    }

    /// The symbol that a message of the stream names, `"s":"BTCUSDT"`.
    private static func symbol(in text: Span<UInt8>) -> String? {
        var place = 0
        while place + 5 < text.count {
            if text[place] == UInt8(ascii: "\""), text[place + 1] == UInt8(ascii: "s"),
                text[place + 2] == UInt8(ascii: "\""), text[place + 3] == UInt8(ascii: ":"),
                text[place + 4] == UInt8(ascii: "\"")
            {
                var name: [UInt8] = []
                place += 5
                while place < text.count, name.count < 32, text[place] != UInt8(ascii: "\"") {
                    name.append(text[place])
                    place += 1
                }
                return String(validating: name, as: UTF8.self)
            }
            place += 1
        }
        return nil
    }
}
