import TerraceCore
import TerraceVenues

// What venues send, mutated: nothing that comes from outside may trap. The first byte says what the rest is.

private let instruments = ["BTCUSDT", "ETHUSDT", "LTCBTC"].enumerated().map { place, symbol in
    FeedInstrument(symbol: symbol, instrument: InstrumentIndex(UInt32(truncatingIfNeeded: place)), units: .standard)
}

private let credentials = VenueCredentials(key: "key", secret: "secret")

private func dialect(_ number: UInt8) -> any VenueDialect {
    switch number % 3 {
    case 0: BinanceDialect(market: .spot, instruments: instruments, credentials: credentials)
    case 1: BinanceDialect(market: .perpetual, instruments: instruments, credentials: credentials)
    default: BybitDialect(instruments: instruments, credentials: credentials)
    }
}

private let commands: [AccountCommand] = {
    let order = ClientOrderID(instance: 7, strategy: 1, slot: 2, sequence: 3)
    let terms = OrderTerms(
        slot: 0, order: order, side: .bid, price: Price(units: 1_000), quantity: Quantity(units: 10))
    let reference = OrderReference(slot: 0, order: order)
    return [
        .place(terms), .amend(terms), .cancel(slot: 0, order), .placeAll([terms, terms]),
        .cancelAll([reference, reference]), .cancelEverything(slot: 0), .order(slot: 0, order),
        .fillsOfOrder(slot: 0, order, venueOrder: 5), .fills(slot: 0, fromTrade: nil, since: 0, cursor: nil),
        .openOrders(cursor: nil), .balances, .permissions, .deadMan(slot: 0, milliseconds: 1), .createListenKey,
        .renewListenKey,
    ]
}()

private let statuses = [200, 400, 404, 418, 429, 503]

private func take(_ kind: UInt8, _ body: Span<UInt8>) {
    let dialect = dialect(kind)
    let what = kind / 3
    switch what {
    case 0, 1:
        guard let feed = try? dialect.feed(0..<instruments.count) else { return }
        var events: [Event] = []
        let time = Timestamp(nanoseconds: 1)
        // Twice: a book that stands takes other ways than one that does not.
        for _ in 0..<2 {
            if what == 0 {
                _ = feed.received(body, at: time, into: &events)
            } else {
                _ = feed.receivedSnapshot(of: InstrumentIndex(0), body, at: time, into: &events)
            }
        }
    case 2:
        var events: [AccountEvent] = []
        try? dialect.readStream(body, into: &events)
    case 3: _ = try? dialect.listing(body)
    case 4: _ = try? dialect.time(body)
    default:
        let place = Int(what - 5)
        var events: [AccountEvent] = []
        _ = dialect.read(
            VenueAnswer(status: statuses[place / commands.count % statuses.count], limits: [1, -1, .max]), body,
            to: commands[place % commands.count], into: &events)
    }
}

/// One input of libFuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let bytes = unsafe bytes, count > 0 else { return 0 }
    // SAFETY: libFuzzer lends `count` bytes for the time of this call.
    let all = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    let body = Array(all.dropFirst())
    take(all[0], body.span)
    return 0
}
