import TerraceCore
import Testing

@testable import TerraceVenues

/// An account at Binance, as tests look at it: one order of ours, four instruments in eight decimals.
enum BinanceAccount {
    static let symbols = ["BTCUSDT", "LTCBTC", "ETHBTC", "BNBBTC"]
    static let order = ClientOrderID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)
    static let other = ClientOrderID(high: 0x0123_4567_89ab_cdef, low: 1)
    static let orderText = "trc-0123456789abcdeffedcba9876543210"
    static let otherText = "trc-0123456789abcdef0000000000000001"
    /// The secret of the documentation, which belongs to no account.
    static let secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"

    static func dialect(_ market: BinanceMarket, secret: String = Self.secret) -> BinanceDialect {
        let instruments = Self.symbols.enumerated().map {
            FeedInstrument(symbol: $1, instrument: InstrumentIndex(UInt32($0)), units: .standard)
        }
        return BinanceDialect(
            market: market, instruments: instruments, credentials: VenueCredentials(key: "public", secret: secret))
    }

    static func terms(
        _ price: String = "61800.5", _ quantity: String = "0.00120", side: Side = .bid,
        order: ClientOrderID = Self.order, slot: Int = 0
    ) throws -> OrderTerms {
        OrderTerms(
            slot: slot, order: order, side: side, price: try Units.standard.price(price),
            quantity: try Units.standard.quantity(quantity))
    }

    /// A recorded message, with the ids in it replaced.
    static func payload(_ name: String, _ ids: [String: String] = [:]) throws -> String {
        var text = String(decoding: try Fixture.bytes("payloads/\(name).json"), as: UTF8.self)
        for (old, new) in ids { text.replace("\"\(old)\"", with: "\"\(new)\"") }
        return text
    }

    static func read(
        _ market: BinanceMarket, _ command: AccountCommand, _ body: String, status: Int = 200, retryAfter: Int64 = 0
    ) -> (outcome: AnswerOutcome, events: [AccountEvent]) {
        var events: [AccountEvent] = []
        let bytes = Array(body.utf8)
        let outcome = Self.dialect(market).read(
            VenueAnswer(status: status, retryAfterNanoseconds: retryAfter), bytes.span, to: command, into: &events)
        return (outcome, events)
    }

    static func stream(_ market: BinanceMarket, _ text: String) throws(WireError) -> [AccountEvent] {
        var events: [AccountEvent] = []
        let bytes = Array(text.utf8)
        try Self.dialect(market).readStream(bytes.span, into: &events)
        return events
    }

    static func amount(_ text: String) throws -> Amount { try Amount(text) }

    /// An order's state in standard units.
    static func state(
        _ state: AccountOrder.State, slot: Int? = 0, order: ClientOrderID = Self.order, venueOrder: UInt64,
        side: Side = .bid, price: String, quantity: String, cumulative: String = "0"
    ) throws -> AccountEvent {
        .order(
            AccountOrder(
                slot: slot, order: order, venueOrder: venueOrder, side: side, state: state,
                price: try Units.standard.price(price), quantity: try Units.standard.quantity(quantity),
                cumulative: try Units.standard.quantity(cumulative)))
    }
}
