import HummingbirdTesting
import Testing
import Node
