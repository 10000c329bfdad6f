import ArgumentParser
import TerraceOperations

/// `terrace venues`.
struct VenuesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "venues",
        abstract: "List the venues that can be traded on, and what each supports.",
        discussion: """
            A test network is used by giving its addresses as "endpoints" of the venue, in the configuration. \
            docs/venues.md says by which rules of which document each venue is done.
            """)

    func run() { for line in VenueTable.lines(.all) { print(line) } }
}
