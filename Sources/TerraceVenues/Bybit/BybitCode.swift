import TerraceCore

/// What Bybit's `retCode` means.
///
/// Source: Bybit API v5, "Error Codes": common codes, and those of spot trade (170xxx).
enum BybitCode {
    /// Done.
    static let success: Int64 = 0
    /// Too many requests of one kind in the account's second.
    static let rateLimited: Int64 = 10_006

    /// What a code means for the request that was answered with it.
    ///
    /// What Bybit documents as a refusal was not carried out. Time-outs inside of the venue, internal errors and codes of no
    /// documented family tell nothing.
    static func outcome(_ code: Int64) -> AnswerOutcome {
        switch code {
        case Self.success: .done
        // 10002: the time stamp is outside of the window.
        case 10_002: .clockOff(code: code)
        // Key, signature, permission, login, ban of the user, address that the key is not bound to, expired key.
        case 10_003, 10_004, 10_005, 10_007, 10_008, 10_010, 10_027, 10_028, 33_004: .keyRefused(code: code)
        case Self.rateLimited: .refused(.rateLimited, code: code)
        // The address: a ban of ten minutes, as for HTTP 403.
        case 10_009, 10_018: .limited(nanoseconds: Self.banNanoseconds, isBan: true, code: code)
        // The whole system protects itself.
        case 429, 10_429: .limited(nanoseconds: 1_000_000_000, isBan: false, code: code)
        // Server time-out, internal error, restart; the same of spot: back end, network, creation, cancel, amendment.
        case 10_000, 10_016, 10_019, 170_001, 170_007, 170_032, 170_035, 170_146, 170_147, 170_149, 170_150, 170_310:
            .unknown(code: code)
        default: Self.isDocumentedRefusal(code) ? .refused(Self.rejection(code), code: code) : .unknown(code: code)
        }
    }

    /// How long an address is shut out, "Rate Limit": 10 minutes.
    static let banNanoseconds: Int64 = 600_000_000_000

    /// Whether a code is of the families that say that a request was not carried out: parameters, contracts, spot.
    private static func isDocumentedRefusal(_ code: Int64) -> Bool {
        (10_001...10_099).contains(code) || (110_000...110_999).contains(code) || (170_000...170_999).contains(code)
    }

    /// Why an order was refused.
    static func rejection(_ code: Int64) -> VenueRejection {
        switch code {
        case 170_141, 110_072, 110_030, 10_014: .duplicateOrder
        case 170_131, 170_033, 170_034, 110_004, 110_007, 110_012: .insufficientBalance
        // Does not exist; filled; cancelled; finished: all the same to whoever wanted to change it.
        case 170_213, 170_143, 170_139, 170_142, 170_190, 110_001, 110_008, 110_010: .unknownOrder
        case 170_132, 170_133, 170_134, 170_193, 170_194, 110_003: .priceFilter
        case 170_124, 170_135, 170_136, 170_137, 110_017: .lotSize
        case 170_140, 110_094: .minimumNotional
        case 170_218: .wouldTake
        case 170_810, 110_020: .tooManyOrders
        case 170_005, Self.rateLimited: .rateLimited
        case 170_151, 170_157, 170_217, 170_031, 110_065: .marketClosed
        default: .other
        }
    }

    /// Why an order was rejected or cancelled by the venue itself, by the `rejectReason` of its stream.
    static func rejection(_ reason: WireTree.Node, _ tree: WireTree) -> VenueRejection {
        if tree.equals(reason, "EC_PostOnlyWillTakeLiquidity") { return .wouldTake }
        if tree.equals(reason, "EC_LimitOrderInvalidPrice") { return .priceFilter }
        if tree.equals(reason, "EC_DuplicatedClOrdID") { return .duplicateOrder }
        if tree.equals(reason, "EC_InvalidSymbolStatus") || tree.equals(reason, "EC_InCallAuctionStatus") {
            return .marketClosed
        }
        return .other
    }
}
