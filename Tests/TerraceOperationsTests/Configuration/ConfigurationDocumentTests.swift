import Foundation
import Testing

@testable import TerraceOperations

@Suite("The reference of the configuration") struct ConfigurationDocumentTests {
    @Test(
        "names every key",
        arguments: [
            StrategyConfiguration.keys, StrategyConfiguration.configKeys, InventoryConfiguration.keys,
            TopOfBookLineConfiguration.keys, PassiveLineConfiguration.keys, VenueConfiguration.keys,
            PairConfiguration.keys,
            RulesConfiguration.keys, DeskLimits.keys, DeskReader.keys, EndpointsConfiguration.keys,
            JournalLimits.keys, StoreConfiguration.keys, BusConfiguration.keys,
        ])
    func keys(keys: [String]) throws {
        let text = try ConfigurationSamples.file("docs/configuration.md")
        for key in keys { #expect(text.contains("`\(key)`"), "docs/configuration.md does not name \(key)") }
    }

    @Test("has examples that can be used") func examples() throws {
        let text = try ConfigurationSamples.file("docs/configuration.md")
        let yaml = try #require(text.split(separator: "```yaml\n").dropFirst().first?.split(separator: "```").first)
        #expect(ConfigurationSamples.messages(String(yaml)) == [])
    }
}
