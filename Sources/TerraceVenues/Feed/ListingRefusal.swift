import TerraceCore

/// Why a listed instrument can't be traded.
enum ListingRefusal: Error, CustomStringConvertible {
    /// The field is not there.
    case missing(String)
    /// The field's number is none, or too large.
    case impossible(String, MoneyError)
    /// The field's number is below zero.
    case negative(String)
    /// No units hold a tick and a lot of these powers of ten together.
    case noUnits(price: Int, quantity: Int)

    var description: String {
        switch self {
        case .missing(let field): "\(field) is missing"
        case .impossible(let field, let error): "\(field) \(error)"
        case .negative(let field): "\(field) is below zero"
        case .noUnits(let price, let quantity):
            "no units hold a tick of 10^\(price) and a lot of 10^\(quantity) together"
        }
    }
}
