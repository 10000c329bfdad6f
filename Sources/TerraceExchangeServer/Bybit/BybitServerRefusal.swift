import TerraceCore
import TerraceVenues

/// A refusal as the venue words it: "Error Codes" of the v5 documentation. Answers have HTTP status 200 all the same.
struct BybitServerRefusal: Error {
    /// The venue's code.
    var code: Int64
    /// The venue's text.
    var message: String

    init(_ code: Int64, _ message: String) {
        self.code = code
        self.message = message
    }

    static func parameter(_ text: String) -> BybitServerRefusal { BybitServerRefusal(10_001, text) }
    static func missing(_ name: String) -> BybitServerRefusal {
        BybitServerRefusal(10_001, "Missing some parameters that must be filled in, \(name)")
    }
    static let badKey = BybitServerRefusal(10_003, "API key is invalid.")
    static let badSignature = BybitServerRefusal(
        10_004, "Error sign, please check your signature generation algorithm.")
    static let noPermission = BybitServerRefusal(10_005, "Permission denied, please check your API key permissions.")
    static let tooManyVisits = BybitServerRefusal(10_006, "Too many visits. Exceeded the API Rate Limit.")
    static let noRoute = BybitServerRefusal(10_017, "Route not found.")
    static let badSymbol = BybitServerRefusal(170_121, "Invalid symbol.")
    static let unknownOrder = BybitServerRefusal(170_213, "Order does not exist.")
    static let orderFilled = BybitServerRefusal(170_139, "Order has been filled.")
    static let orderCancelled = BybitServerRefusal(170_142, "Order has been canceled.")
    static let tooManyOrders = BybitServerRefusal(
        170_810, "Cannot exceed maximum of 500 conditional, TP/SL and active orders.")

    /// Why the exchange refused an order.
    init(_ reason: VenueRejection) {
        switch reason {
        case .wouldTake: self.init(170_218, "The LIMIT-MAKER order is rejected due to invalid price.")
        case .insufficientBalance: self.init(170_131, "Insufficient balance.")
        case .priceFilter: self.init(170_132, "Order price too high.")
        case .lotSize: self.init(170_136, "Order quantity exceeded lower limit.")
        case .minimumNotional: self.init(170_140, "Order value exceeded lower limit.")
        case .rateLimited: self = .tooManyVisits
        case .duplicateOrder: self.init(170_141, "Duplicate clientOrderId.")
        case .unknownOrder: self = .unknownOrder
        case .marketClosed: self.init(170_151, "This trading pair is not open yet.")
        case .tooManyOrders: self = .tooManyOrders
        case .other: self.init(170_210, "New order rejected.")
        }
    }
}
