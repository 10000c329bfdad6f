public import TerraceCore

/// The list of instruments that `GET /api/v3/exchangeInfo` and `GET /fapi/v1/exchangeInfo` give.
///
/// Read at start and now and then, not on the path of a tick: strings are made, and arrays grow.
public struct BinanceInstrumentList: Sendable {
    /// What the list came to; it has one page.
    public private(set) var listing = InstrumentListing()
    /// The instruments whose rules could be read, in the order of the list.
    public var instruments: [ListedInstrument] { self.listing.instruments }
    /// The instruments whose rules could not, with the reason: they can't be traded, the others can.
    public var refused: [(symbol: String, reason: String)] { self.listing.refused }

    /// The most instruments of a list. Binance has about 3,500.
    public static let mostInstruments = 20_000

    /// Reads a list.
    ///
    /// - Parameters:
    ///   - bytes: The body of the reply.
    ///   - makerFee: What the account pays as a maker, which the list does not say.
    ///   - takerFee: What the account pays as a taker.
    /// - Throws: `WireError` where the body is no such list. An instrument with impossible rules is refused by itself.
    public init(
        _ bytes: Span<UInt8>, market: BinanceMarket, makerFee: Millibps = .zero, takerFee: Millibps = .zero
    ) throws(WireError) {
        guard bytes.count <= WireLimits.messageBytes else { throw WireError(.tooLong, at: WireLimits.messageBytes) }
        var scanner = WireScanner()
        var hasSymbols = false
        try scanner.take("{", bytes, else: .object)
        if !scanner.takes("}", bytes) {
            repeat {
                let key = try scanner.key(bytes)
                if key.equals("symbols", in: bytes) {
                    guard !hasSymbols else { throw WireError(.duplicateField, at: key.start) }
                    hasSymbols = true
                    try self.readList(bytes, &scanner, market, makerFee, takerFee)
                } else {
                    try scanner.skipValue(bytes)
                }
            } while try scanner.continues(until: "}", bytes)
        }
        try scanner.finish(bytes)
        guard hasSymbols else { throw WireError(.missingField, at: bytes.count) }
    }

    private mutating func readList(
        _ bytes: Span<UInt8>, _ scanner: inout WireScanner, _ market: BinanceMarket, _ makerFee: Millibps,
        _ takerFee: Millibps
    ) throws(WireError) {
        try scanner.take("[", bytes, else: .array)
        if scanner.takes("]", bytes) { return }
        repeat {
            guard self.instruments.count + self.refused.count < Self.mostInstruments else {
                throw scanner.error(.tooLong)
            }
            var listing = BinanceListing()
            try listing.read(bytes, &scanner)
            do throws(ListingRefusal) {
                self.listing.instruments.append(try listing.instrument(market, makerFee: makerFee, takerFee: takerFee))
            } catch {
                self.listing.refused.append((listing.symbol, error.description))
            }
        } while try scanner.continues(until: "]", bytes)
    }

    /// The instrument that trades `pair`, written `BASE/QUOTE`, or nil. Prefers one that is trading.
    public func instrument(trading pair: String) -> ListedInstrument? { self.listing.instrument(trading: pair) }
}
