public import Foundation

/// What `terrace bench decode` measured; the names are those of its JSON.
public struct DecodeReport: Codable, Equatable, Sendable {
    /// One venue's messages.
    public struct Venue: Codable, Equatable, Sendable {
        /// Bytes of a message.
        public var bytes = 0
        /// Levels in a message.
        public var levels = 0
        /// Bytes to events, per message, in the fastest pass.
        public var decodeNsBest = 0.0
        /// The same in the median of the passes.
        public var decodeNsMedian = 0.0
        /// Bytes to events and those applied to the engine's book, per message, in the fastest pass.
        public var applyNsBest = 0.0
        /// The same in the median of the passes.
        public var applyNsMedian = 0.0
        /// How often the allocator was asked for memory while messages were decoded and applied, per message, in all passes but
        /// the first.
        public var allocationsPerMessage = 0.0

        /// Nothing measured.
        public init() {}
    }
    /// Binance's change of a book.
    public var binance = Venue()
    /// Bybit's, of 200 levels.
    public var bybit = Venue()
    /// Messages in a pass.
    public var messages = 0
    /// Passes.
    public var passes = 0

    /// Nothing measured.
    public init() {}

    /// The figures as JSON, keys sorted.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
