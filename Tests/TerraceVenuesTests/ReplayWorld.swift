import TerraceCore

@testable import TerraceVenues

/// Reads recordings into a feed and slow books: the least world that a feed can live in.
struct ReplayWorld {
    var summaries: [FeedSummary] = []
    var counters = FeedCounters()
    var books: [SlowBook] = []
    var records = 0

    init(_ files: [String], market: BinanceMarket, symbols: [String]) throws {
        let instruments = symbols.enumerated().map { index, symbol in
            FeedInstrument(symbol: symbol, instrument: InstrumentIndex(UInt32(index + 7)), units: .standard)
        }
        var feed = try BinanceFeed(market: market, instruments: instruments)
        var reader = RecordingReader(files: files)
        var events: [Event] = []
        self.books = Array(repeating: SlowBook(), count: symbols.count)
        while try reader.next() {
            let text = reader.buffer.span.extracting(reader.text)
            var outcome = FeedOutcome.none
            switch reader.kind {
            case .received: outcome = feed.received(text, at: reader.time, into: &events)
            case .reply:
                let url = reader.buffer.span.extracting(reader.url)
                outcome = feed.receivedReply(to: url, text, at: reader.time, into: &events)
            case .sent: break
            }
            for event in events {
                guard let slot = instrument(of: event).flatMap({ feed.slot(of: $0) }) else { continue }
                if case .market(let market) = event { self.books[slot].apply(market) }
            }
            events.removeAll(keepingCapacity: true)
            if case .bestQuote(let quote) = outcome, let slot = feed.slot(of: quote.instrument) {
                let bids = self.books[slot].bids
                let asks = self.books[slot].asks
                let bid = bids.keys.max() ?? 0
                let ask = asks.keys.min() ?? 0
                feed.compared(
                    quote.instrument,
                    isEqual: quote.bid.units == bid && quote.bidQuantity.units == bids[bid] ?? 0
                        && quote.ask.units == ask && quote.askQuantity.units == asks[ask] ?? 0)
            }
        }
        self.records = reader.records
        self.counters = feed.counters
        self.summaries = symbols.indices.map { feed.summary(of: $0) }
    }
}
